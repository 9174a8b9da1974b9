package dev.dogvision.djl;

import ai.djl.Model;
import ai.djl.modality.Classifications;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.translator.BaseImageTranslatorFactory;
import ai.djl.translate.ArgumentsUtil;
import ai.djl.translate.PreProcessor;
import ai.djl.translate.Translator;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.model.TrainedModel;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Makes what stands between pictures and the embedded model in Deep Java Library: the same
 * preprocessing and the same probabilities as DogVision's own predictor. Deep Java Library finds it
 * by its name; programs need not.
 *
 * <p>It takes whatever Deep Java Library takes for pictures: {@code Image}, {@code Path}, {@code
 * InputStream}, {@code URL}, {@code String} and {@code Input}. Paths and streams are decoded by
 * DogVision, which turns photographs upright; the others by Deep Java Library, which does not. The
 * argument {@code topK} says how many classes are printed, 5 unless set.
 */
public final class BreedTranslatorFactory extends BaseImageTranslatorFactory<Classifications> {

  private static final int DEFAULT_TOP = 5;

  /** Reads nothing yet. */
  public BreedTranslatorFactory() {}

  @Override
  public Class<Classifications> getBaseOutputType() {
    return Classifications.class;
  }

  @Override
  protected Translator<Image, Classifications> buildBaseTranslator(
      Model model, Map<String, ?> arguments) {
    return new BreedTranslator(
        TrainedModel.pretrained(DogVisionZoo.MODEL),
        ArgumentsUtil.intValue(arguments, "topK", DEFAULT_TOP));
  }

  @Override
  protected Map<Type, Function<PreProcessor<Image>, PreProcessor<?>>> getPreprocessorExpansions() {
    ImageDecoder decoder = ImageDecoder.standard();
    Map<Type, Function<PreProcessor<Image>, PreProcessor<?>>> expansions =
        new HashMap<>(super.getPreprocessorExpansions());
    expansions.put(
        Path.class,
        images -> {
          BreedTranslator translator = (BreedTranslator) images;
          PreProcessor<Path> files =
              (context, file) -> translator.input(context, decoder.decode(file));
          return files;
        });
    expansions.put(
        InputStream.class,
        images -> {
          BreedTranslator translator = (BreedTranslator) images;
          PreProcessor<InputStream> streams =
              (context, stream) ->
                  translator.input(
                      context, decoder.decode(stream.readAllBytes(), "picture from a stream"));
          return streams;
        });
    return expansions;
  }
}
