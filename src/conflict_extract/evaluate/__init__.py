"""Gold formats in and out, and the field's metrics."""
