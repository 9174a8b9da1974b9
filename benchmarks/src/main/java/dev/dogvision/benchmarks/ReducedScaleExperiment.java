package dev.dogvision.benchmarks;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Example;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * What decoding at reduced scale does to answers: the published weights, whose own classes answer,
 * on photographs of 12 megapixels, each decoded as the class path offers it and in full by Java's
 * own reader. The photographs are made of small ones ({@link LargePhotographs}), or are those as
 * they are.
 */
public final class ReducedScaleExperiment {
  private ReducedScaleExperiment() {}

  /**
   * Prints the figures.
   *
   * @param arguments a labels file; its folder of images; how many of them; ImageNet weights;
   *     {@code as-they-are} to leave out the enlarging
   */
  public static void main(String[] arguments) {
    Dataset all =
        DatasetBuilder.fromCsv(Path.of(arguments[0])).images(Path.of(arguments[1])).build();
    Dataset photographs = all.sample(Math.min(Integer.parseInt(arguments[2]), all.size()), 13);
    TransferModel published =
        TransferModel.mobileNetV2()
            .weights(Path.of(arguments[3]))
            .labels(all.labels())
            .warmStart()
            .build();
    TrainedModel model = published.trained(published.initialWeights(), Map.of());
    boolean asTheyAre = arguments.length > 4 && arguments[4].equals("as-they-are");
    int reduced = 0;
    int full = 0;
    int same = 0;
    double moved = 0;
    double most = 0;
    try (Predictor found = Predictor.of(model);
        Predictor java =
            Predictor.builder(model).decoder(ImageDecoder.standard().javaOnly(true)).open()) {
      for (Example example : photographs.examples()) {
        ImageSource photograph =
            asTheyAre
                ? example.image()
                : ImageSource.of(example.id(), LargePhotographs.of(example.image()));
        Prediction asFound = found.predict(photograph);
        Prediction inFull = java.predict(photograph);
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
        "%d photographs %s: right %.2f %% as the class path decodes them, %.2f %% in full by Java's"
            + " reader; the same answer for %.2f %%; its probability moves by %.4f in the mean, by"
            + " %.3f at most%n",
        count,
        asTheyAre ? "as they are" : "of 12 megapixels",
        100.0 * reduced / count,
        100.0 * full / count,
        100.0 * same / count,
        moved / count,
        most);
  }
}
