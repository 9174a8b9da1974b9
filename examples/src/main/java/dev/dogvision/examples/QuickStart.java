package dev.dogvision.examples;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Example;
import dev.dogvision.data.Split;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Predictor;
import dev.dogvision.train.EarlyStopping;
import dev.dogvision.train.Metric;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The whole way once: breeds of a photograph from the embedded model, then a classifier of one's
 * own trained on top of it, evaluated, saved, loaded and asked.
 *
 * <p>System properties:
 *
 * <ul>
 *   <li>{@code dogvision.photo}: a photograph of a dog of yours
 *   <li>{@code dogvision.data}: a folder with {@code labels.csv} and {@code train/}, and {@code
 *       test/} if you like, as the Kaggle competition "Dog Breed Identification" has it. Without
 *       it, small pictures are drawn to train on
 *   <li>{@code dogvision.limit}: how many of the photographs to use, 1000 as it comes
 * </ul>
 */
public final class QuickStart {

  private QuickStart() {}

  /**
   * Runs it.
   *
   * @param arguments none
   * @throws IOException if pictures can't be drawn or the model can't be saved
   */
  public static void main(String[] arguments) throws IOException {
    String photo = System.getProperty("dogvision.photo");
    if (photo != null) {
      heading("Breeds of " + photo + ", nothing trained");
      try (Predictor predictor = Predictor.pretrained()) {
        print(predictor.top(3).predict(Path.of(photo)));
      }
    }

    heading("The data");
    Dataset dogs = dogs();
    System.out.println(dogs.summary());
    Split split = dogs.sample(Math.min(limit(), dogs.size()), 13).split(0.8, 13);
    split.notes().forEach(System.out::println);

    heading("The model");
    TransferModel model =
        TransferModel.mobileNetV2().labels(dogs.labels()).freezeBackbone().warmStart().build();
    System.out.println(model.summary());

    heading("Training");
    TrainingRun run =
        Trainer.of(model)
            .epochs(100)
            .seed(13)
            .earlyStopping(EarlyStopping.on(Metric.VALIDATION_ACCURACY).patience(3))
            .progress()
            .fit(split.train(), split.validation());
    Evaluation evaluation = run.evaluate(split.validation());
    System.out.printf(
        Locale.ROOT,
        "%nOf %d pictures kept aside %.1f %% are recognised, %.1f %% among the first five.%n",
        split.validation().size(),
        100 * evaluation.accuracy(),
        100 * evaluation.topAccuracy(Math.min(5, dogs.labels().size())));

    heading("Saved, loaded, asked");
    Path saved = run.model().saveIn(Path.of("models"), "quick-start");
    System.out.println("The model is in " + saved.toAbsolutePath());
    try (Predictor predictor = Predictor.load(saved)) {
      for (Example picture : pictures(split)) {
        System.out.println(picture.id());
        print(predictor.top(Math.min(3, dogs.labels().size())).predict(picture.image()));
      }
    }
  }

  private static Dataset dogs() throws IOException {
    String folder = System.getProperty("dogvision.data");
    if (folder == null) {
      Path pets = Path.of(System.getProperty("dogvision.shared", "../shared"), "data", "pets");
      if (Files.exists(pets.resolve("labels.csv"))) {
        folder = pets.toString();
      }
    }
    if (folder != null) {
      System.out.println("Photographs of " + Path.of(folder).toAbsolutePath().normalize());
      System.out.println(
          "Should they be of the Kaggle competition or of the Oxford-IIIT Pet Dataset: the embedded"
              + " model has seen most of these in its own training, so the accuracy below flatters"
              + " it. Yours it has not seen.");
      return DatasetBuilder.fromCsv(Path.of(folder, "labels.csv"))
          .images(Path.of(folder, "train"))
          .build();
    }
    System.out.println(
        "No photographs given (-Ddogvision.data=FOLDER), so here are drawn dogs of eight invented"
            + " breeds. They show how it works, not how good it is.");
    return DatasetBuilder.fromFolders(
            DrawnDogs.draw(Files.createTempDirectory("drawn-dogs"), 24, 13))
        .build();
  }

  private static int limit() {
    return Integer.getInteger("dogvision.limit", 1000);
  }

  /** Three pictures: of the competition's test folder where there is one, else kept aside. */
  private static List<Example> pictures(Split split) {
    String folder = System.getProperty("dogvision.data");
    List<Example> examples =
        folder != null && Files.isDirectory(Path.of(folder, "test"))
            ? DatasetBuilder.fromImages(Path.of(folder, "test")).build().examples()
            : split.validation().examples();
    return examples.stream().limit(3).collect(Collectors.toList());
  }

  private static void print(List<Classification> best) {
    for (Classification classification : best) {
      System.out.printf(
          Locale.ROOT,
          "  %-30s %5.1f %%%n",
          classification.label(),
          100 * classification.probability());
    }
  }

  private static void heading(String text) {
    System.out.printf(Locale.ROOT, "%n== %s ==%n", text);
  }
}
