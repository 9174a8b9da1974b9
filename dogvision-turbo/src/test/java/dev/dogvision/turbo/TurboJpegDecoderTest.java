package dev.dogvision.turbo;

import dev.dogvision.image.JpegDecoderContract;
import dev.dogvision.spi.JpegDecoder;

class TurboJpegDecoderTest extends JpegDecoderContract {

  @Override
  protected JpegDecoder create() {
    return new TurboJpegDecoder();
  }
}
