"""The bundled English model: encoder.onnx, vocabulary, labels."""
