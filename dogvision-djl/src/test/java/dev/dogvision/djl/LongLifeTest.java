package dev.dogvision.djl;

import dev.dogvision.spi.contract.LongLifeContract;

/** PyTorch trains and predicts. */
final class LongLifeTest extends LongLifeContract {}
