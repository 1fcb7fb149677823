"""What made the bundled model: data readers, network, training, export, evaluation. Not part of the wheel."""
