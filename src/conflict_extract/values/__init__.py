"""str -> value: numbers, money, periods. Knows nothing of spaCy."""
