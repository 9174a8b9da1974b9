package dev.dogvision.benchmarks;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Example;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What decoding at reduced scale does to answers: the embedded model <em>fast</em> on photographs
 * of 12 megapixels, each decoded as the class path offers it and in full by Java's own reader. The
 * photographs are made of small ones ({@link LargePhotographs}).
 */
public final class ReducedScaleExperiment {
  private ReducedScaleExperiment() {}

  /**
   * Prints the figures.
   *
   * @param arguments a labels file; its folder of images; how many of them
   */
  public static void main(String[] arguments) {
    Dataset all =
        DatasetBuilder.fromCsv(Path.of(arguments[0])).images(Path.of(arguments[1])).build();
    Dataset photographs = all.sample(Math.min(Integer.parseInt(arguments[2]), all.size()), 13);
    TrainedModel model = TrainedModel.pretrained("fast");
    int reduced = 0;
    int full = 0;
    int same = 0;
    double moved = 0;
    double most = 0;
    try (Predictor found = Predictor.of(model);
        Predictor java =
            Predictor.builder(model).decoder(ImageDecoder.standard().javaOnly(true)).open()) {
      for (Example example : photographs.examples()) {
        ImageSource large = ImageSource.of(example.id(), LargePhotographs.of(example.image()));
        Prediction asFound = found.predict(large);
        Prediction inFull = java.predict(large);
        reduced += asFound.best().label().equals(example.label()) ? 1 : 0;
        full += inFull.best().label().equals(example.label()) ? 1 : 0;
        same += asFound.best().label().equals(inFull.best().label()) ? 1 : 0;
        double change =
            Math.abs(inFull.best().probability() - asFound.probability(inFull.best().label()));
        moved += change;
        most = Math.max(most, change);
      }
    }
    int count = photographs.size();
    System.out.printf(
        Locale.ROOT,
        "%d photographs of 12 megapixels: right %.1f %% at reduced scale, %.1f %% in full; the same"
            + " answer for %.1f %%; its probability moves by %.4f in the mean, by %.3f at most%n",
        count,
        100.0 * reduced / count,
        100.0 * full / count,
        100.0 * same / count,
        moved / count,
        most);
  }
}
