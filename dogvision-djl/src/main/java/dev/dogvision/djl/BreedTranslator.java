package dev.dogvision.djl;

import ai.djl.modality.Classifications;
import ai.djl.modality.cv.Image;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.TrainedModel;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;

/** From a picture to the network's bytes, and from logits to classes, as the model says. */
final class BreedTranslator implements Translator<Image, Classifications> {
  private final TrainedModel model;
  private final int top;

  BreedTranslator(TrainedModel model, int top) {
    this.model = model;
    this.top = top;
  }

  @Override
  public NDList processInput(TranslatorContext context, Image image) {
    return input(context, decoded(context.getNDManager(), image));
  }

  NDList input(TranslatorContext context, RgbImage image) {
    RgbImage square = model.preprocessing().apply(image);
    return new NDList(
        context
            .getNDManager()
            .create(
                ByteBuffer.wrap(square.rgb()),
                new Shape(square.height(), square.width(), 3),
                DataType.UINT8));
  }

  private static RgbImage decoded(NDManager manager, Image image) {
    if (image.getWrappedImage() instanceof BufferedImage buffered) {
      return RgbImage.of(buffered);
    }
    // From another library than Java's own, such as OpenCV.
    try (NDArray array = image.toNDArray(manager, Image.Flag.COLOR);
        NDArray bytes = array.toType(DataType.UINT8, /* copy= */ true)) {
      return new RgbImage(image.getWidth(), image.getHeight(), bytes.toByteArray());
    }
  }

  @Override
  public Classifications processOutput(TranslatorContext context, NDList results) {
    try (NDArray scaled = results.singletonOrThrow().div(model.temperature());
        NDArray probabilities = scaled.softmax(0)) {
      return new Classifications(model.labels().names(), probabilities, top);
    }
  }
}
