package dev.dogvision.benchmarks;

import static com.google.common.base.Preconditions.checkState;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Example;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.McNemar;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Predictor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * Whether the middle square of a photograph had better begin at a whole pixel, as in other tools,
 * or exactly in the middle, which is at half a pixel where width and height differ by an odd
 * number. Photographs of which that is true are seen under each crop by the published weights,
 * whose classes of ImageNet answer: they were fitted to neither. All others look the same under
 * each crop.
 */
public final class CropExperiment {
  /** Where a square begins, given how much longer than the square a picture is. */
  private enum Crop {
    IN_THE_MIDDLE("exactly in the middle"),
    ROUNDED_DOWN("whole pixels, rounded down"),
    ROUNDED_TO_EVEN("whole pixels, halves to the even one");

    private final String title;

    Crop(String title) {
      this.title = title;
    }

    private int start(int surplus) {
      return this == ROUNDED_DOWN ? surplus / 2 : (int) Math.rint(surplus / 2.0);
    }

    /** A data set whose photographs are cut to squares; as it is for the crop of the library. */
    private Dataset of(Dataset dogs) {
      if (this == IN_THE_MIDDLE) {
        return dogs;
      }
      List<Example> examples = new ArrayList<>();
      for (Example example : dogs.examples()) {
        ImageSource square = ImageSource.of(example.id(), () -> square(example.image()));
        examples.add(new Example(example.id(), square, example.label()));
      }
      return Dataset.of(examples, dogs.labels());
    }

    /** As a BMP, since a file that is read when it is needed keeps no memory. */
    private InputStream square(ImageSource source) {
      RgbImage whole = ImageDecoder.standard().decode(source);
      int side = Math.min(whole.width(), whole.height());
      BufferedImage square =
          whole
              .toBufferedImage()
              .getSubimage(start(whole.width() - side), start(whole.height() - side), side, side);
      try {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        checkState(ImageIO.write(square, "bmp", file), "this Java runtime writes no BMP");
        return new ByteArrayInputStream(file.toByteArray());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private CropExperiment() {}

  /**
   * Prints the figures.
   *
   * @param arguments ImageNet weights; a labels file; its folder of images
   */
  public static void main(String[] arguments) {
    Path weights = Path.of(arguments[0]);
    Dataset dogs =
        DatasetBuilder.fromCsv(Path.of(arguments[1])).images(Path.of(arguments[2])).build();
    Dataset odd = dogs.filter(CropExperiment::isOdd);
    System.out.printf(
        Locale.ROOT,
        "%d photographs, of which %d differ by an odd number of pixels in width and height; of"
            + " those:%n%n",
        dogs.size(),
        odd.size());
    System.out.println(
        "| crop | right | log-loss | only the middle right / only this | p | the best answer's"
            + " probability moves, mean | most |");
    System.out.println("|---|---|---|---|---|---|---|");
    Evaluation middle = evaluate(weights, Crop.IN_THE_MIDDLE.of(odd));
    for (Crop crop : Crop.values()) {
      print(crop, middle, crop == Crop.IN_THE_MIDDLE ? middle : evaluate(weights, crop.of(odd)));
    }
  }

  private static boolean isOdd(Example example) {
    RgbImage image = ImageDecoder.standard().decode(example.image());
    return (image.width() - image.height()) % 2 != 0;
  }

  /** A head whose rows are those of the weights for the same breeds is trained by nobody here. */
  private static Evaluation evaluate(Path weights, Dataset dogs) {
    TransferModel model =
        TransferModel.mobileNetV2().weights(weights).labels(dogs.labels()).warmStart().build();
    try (Predictor predictor = Predictor.of(model.trained(model.initialWeights(), Map.of()))) {
      return predictor.evaluate(dogs);
    }
  }

  private static void print(Crop crop, Evaluation middle, Evaluation evaluation) {
    McNemar test = McNemar.test(middle, evaluation);
    double moved = 0;
    double most = 0;
    for (int row = 0; row < middle.size(); row++) {
      int best = middle.predicted(row);
      double change =
          Math.abs(middle.probabilities(row)[best] - evaluation.probabilities(row)[best]);
      moved += change / middle.size();
      most = Math.max(most, change);
    }
    System.out.printf(
        Locale.ROOT,
        "| %s | %.2f %% | %.4f | %d / %d | %.2f | %.4f | %.3f |%n",
        crop.title,
        100 * evaluation.accuracy(),
        evaluation.logLoss(),
        test.onlyFirstRight(),
        test.onlySecondRight(),
        test.pValue(),
        moved,
        most);
  }
}
