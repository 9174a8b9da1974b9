package dev.dogvision.examples;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Example;
import dev.dogvision.data.Split;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.Mistake;
import dev.dogvision.image.Augmentation;
import dev.dogvision.image.ContactSheet;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import dev.dogvision.report.ActivationOverlay;
import dev.dogvision.report.BatchSheet;
import dev.dogvision.report.ConfusionHeatMap;
import dev.dogvision.report.HtmlReport;
import dev.dogvision.report.LabelCleaner;
import dev.dogvision.report.LearningCurves;
import dev.dogvision.report.Plot;
import dev.dogvision.report.PredictionGrid;
import dev.dogvision.report.PredictionPlot;
import dev.dogvision.report.ReliabilityDiagram;
import dev.dogvision.report.RunComparison;
import dev.dogvision.report.TopKPlot;
import dev.dogvision.train.DataDoctor;
import dev.dogvision.train.Schedule;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Makes all pictures of the documents anew: draws dogs, spoils a few files and labels, trains a
 * classifier on them, and draws every plot of it. Where there is a Chromium, the HTML report is
 * photographed as well.
 *
 * <pre>
 * mvn -q -B -pl examples -am test-compile exec:java \
 *   -Dexec.mainClass=dev.dogvision.examples.DrawDocumentPictures
 * </pre>
 */
@Command(
    name = "draw-document-pictures",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Makes the pictures of the documents.")
public final class DrawDocumentPictures implements Callable<Integer> {
  private static final long SEED = 13;

  @Option(names = "--output", description = "The folder of the pictures.")
  private Path output = Path.of("docs", "pictures");

  @Option(names = "--report", description = "Where to keep the HTML report that is photographed.")
  private Path report = Path.of("target", "drawn-dogs-report.html");

  @Option(names = "--comparison", description = "Where to keep the page of two runs.")
  private Path comparison = Path.of("target", "drawn-dogs-comparison.html");

  private DrawDocumentPictures() {}

  /**
   * Runs it.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    Program.run(new DrawDocumentPictures(), arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = DrawnDogs.draw(Files.createTempDirectory("drawn-dogs"), 60, SEED);
    spoil(folder);
    Dataset all = DatasetBuilder.fromFolders(folder).build();
    DatasetReport data = DataDoctor.examine(all);
    System.out.println(data);
    Set<String> broken = new HashSet<>();
    data.brokenImages().forEach(image -> broken.add(image.id()));
    Dataset dogs = all.filter(example -> !broken.contains(example.id()));

    // Few pictures to learn from, so that there are mistakes to show.
    Split split = dogs.split(0.1, SEED, data.duplicateGroups());
    Split rest = split.validation().split(0.3, SEED, data.duplicateGroups());
    TransferModel start = TransferModel.mobileNetV2().labels(dogs.labels()).build();
    TrainingRun run =
        Trainer.of(start)
            .epochs(16)
            .batchSize(16)
            .learningRate(5e-4)
            .seed(SEED)
            .fit(split.train(), rest.train());
    System.out.println("Trained on " + split.train().size() + " pictures");
    sheets(split.train(), start.preprocessing());
    LearningCurves curves = LearningCurves.of(curves(run)).chosenEpoch(run.chosenEpoch());
    draw("learning-curves", curves, 0.7);
    compare(start, run, split.train(), rest);

    TrainedModel model = run.calibrate(rest.train()).model();
    try (Predictor predictor = Predictor.of(model)) {
      Dataset test = rest.validation();
      Evaluation evaluation = predictor.evaluate(test);
      System.out.println(evaluation);
      draw("confusion", ConfusionHeatMap.of(evaluation.confusion()), 0.7);
      draw("reliability", ReliabilityDiagram.of(evaluation.calibration()), 0.7);
      predictions(predictor, test, evaluation);
      HtmlReport.of(evaluation)
          .title("Drawn dogs of eight breeds")
          .examples(test)
          .curves(curves)
          .configuration(run.settingsInWords())
          .datasetReport(data)
          .heatMaps(overlays(predictor, test, evaluation))
          .write(report);
    }
    System.out.println("The report is in " + report.toAbsolutePath());
    photographReport();
    photographSuspects(data);
    return 0;
  }

  /** The run beside one that goes faster. */
  private void compare(TransferModel start, TrainingRun run, Dataset training, Split rest) {
    TrainingRun faster =
        Trainer.of(start)
            .epochs(16)
            .batchSize(16)
            .seed(SEED)
            .learningRate(5e-3)
            .schedule(Schedule.cosine())
            .fit(training, rest.train());
    Map<String, TrainingRun> runs = new LinkedHashMap<>();
    runs.put("slow", run);
    runs.put("fast, then slow", faster);
    RunComparison.of(runs, rest.validation()).title("Two runs on drawn dogs").write(comparison);
  }

  /** Two wrong labels, a picture saved a second time, and half a file: work for the data doctor. */
  private static void spoil(Path folder) throws IOException {
    Files.move(
        folder.resolve("snow_fox/snow_fox_007.png"),
        folder.resolve("grey_pointer/grey_pointer_060.png"));
    Files.move(
        folder.resolve("brown_longear/brown_longear_011.png"),
        folder.resolve("black_saddle/black_saddle_060.png"));
    BufferedImage rusty = ImageIO.read(folder.resolve("low_rusty/low_rusty_004.png").toFile());
    ImageIO.write(rusty, "jpg", folder.resolve("low_rusty/low_rusty_060.jpg").toFile());
    Path whole = folder.resolve("spotted_runner/spotted_runner_020.png");
    byte[] bytes = Files.readAllBytes(whole);
    Files.write(whole, Arrays.copyOf(bytes, bytes.length / 2));
  }

  private void sheets(Dataset dogs, Preprocessing preprocessing) throws IOException {
    draw("batch", BatchSheet.of(dogs.sample(25, SEED)), 0.6);
    draw(
        "augmented-batch",
        BatchSheet.of(dogs.sample(10, SEED), Augmentation.strong(), preprocessing, SEED),
        0.6);
    draw(
        "augmentation",
        ContactSheet.of(decode(dogs.example(3)), preprocessing, Augmentation.light(), 5, 2, SEED)
            .image()
            .toBufferedImage(),
        0.45);
  }

  private static Map<String, List<Double>> curves(TrainingRun run) {
    Map<String, List<Double>> curves = new LinkedHashMap<>(run.history().series());
    curves.keySet().removeIf(name -> !name.endsWith("loss") && !name.endsWith("accuracy"));
    return curves;
  }

  private static Map<String, Plot> overlays(
      Predictor predictor, Dataset dogs, Evaluation evaluation) {
    Map<String, Plot> overlays = new LinkedHashMap<>();
    for (Mistake mistake : evaluation.worstMistakes(24)) {
      overlays.put(
          mistake.id(),
          ActivationOverlay.of(predictor.explain(dogs.example(mistake.row()).image())));
    }
    return overlays;
  }

  /** Each plot of one prediction, and six predictions side by side, two of them wrong. */
  private void predictions(Predictor predictor, Dataset dogs, Evaluation evaluation)
      throws IOException {
    List<Integer> rows = new ArrayList<>();
    for (int row = 0; row < evaluation.size() && rows.size() < 6; row += evaluation.size() / 8) {
      if (evaluation.isRight(row)) {
        rows.add(row);
      }
    }
    // The worst mistakes are the wrong labels; here are two that the model made by itself.
    List<Mistake> mistakes = evaluation.worstMistakes(evaluation.size());
    for (int i = 0; i < Math.min(2, mistakes.size()); i++) {
      rows.set(3 * i + 1, mistakes.get((i + 1) * mistakes.size() / 3).row());
    }
    Example right = dogs.example(rows.get(0));
    Example wrong = dogs.example(rows.get(1));
    Prediction doubtful = predictor.predict(wrong.image());
    draw(
        "prediction-right",
        PredictionPlot.of(decode(right), predictor.predict(right.image()), right.label()),
        0.75);
    draw("prediction-wrong", PredictionPlot.of(decode(wrong), doubtful, wrong.label()), 0.75);
    draw("most-probable", TopKPlot.of(doubtful, wrong.label()), 0.9);
    draw("activation", ActivationOverlay.sideBySide(predictor.explain(right.image())), 0.5);
    List<PredictionGrid.Cell> cells = new ArrayList<>();
    for (int row : rows) {
      Example dog = dogs.example(row);
      cells.add(PredictionGrid.Cell.of(decode(dog), predictor.predict(dog.image()), dog.label()));
    }
    draw("predictions", PredictionGrid.of(cells), 0.5);
  }

  private void photographReport() throws IOException, InterruptedException {
    Optional<HeadlessChromium> found = HeadlessChromium.find();
    if (found.isEmpty()) {
      System.out.println(
          "The report was not photographed: there is no chromium, chromium-browser or google-chrome"
              + " in the PATH.");
      return;
    }
    HeadlessChromium browser = found.get();
    draw("report-light", browser.photograph(report, "", 1180, 1500, false), 0.55);
    draw("report-dark", browser.photograph(report, "#mistakes", 1180, 900, true), 0.5);
    draw("report-phone", browser.photograph(report, "#curves", 390, 860, false), 0.6);
    draw("comparison", browser.photograph(comparison, "", 1180, 1260, false), 0.5);
  }

  /** The page on which a person decides about suspects. */
  private void photographSuspects(DatasetReport data) throws IOException, InterruptedException {
    Path suspects =
        LabelCleaner.of(data)
            .title("Drawn dogs to decide about")
            .write(report.resolveSibling("drawn-dogs-suspects.html"));
    Optional<HeadlessChromium> found = HeadlessChromium.find();
    if (found.isPresent()) {
      draw("label-cleaner", found.get().photograph(suspects, "", 1100, 880, false), 0.6);
    }
  }

  private static RgbImage decode(Example example) {
    return ImageDecoder.standard().decode(example.image());
  }

  private void draw(String name, Plot plot, double scale) throws IOException {
    draw(name, plot.toImage(), scale);
  }

  private void draw(String name, BufferedImage image, double scale) throws IOException {
    SmallPicture.write(image, scale, output.resolve(name + ".png"));
  }
}
