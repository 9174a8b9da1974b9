package dev.dogvision.onnx;

import dev.dogvision.spi.contract.LongLifeContract;

/** PyTorch trains, and ONNX Runtime predicts. */
final class LongLifeTest extends LongLifeContract {}
