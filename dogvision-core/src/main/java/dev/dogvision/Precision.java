package dev.dogvision;

/** The arithmetic inside a network. Inputs and outputs are float32 or bytes in either case. */
public enum Precision {
  /** IEEE 754 single precision, everywhere. */
  FLOAT32,
  /** IEEE 754 half precision inside the graph; for inference on CUDA only. */
  FLOAT16
}
