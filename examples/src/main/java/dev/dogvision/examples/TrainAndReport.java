package dev.dogvision.examples;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Split;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.model.TransferModel;
import dev.dogvision.report.ConfusionHeatMap;
import dev.dogvision.report.HtmlReport;
import dev.dogvision.report.LearningCurves;
import dev.dogvision.report.ReliabilityDiagram;
import dev.dogvision.train.EarlyStopping;
import dev.dogvision.train.Metric;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Trains on labelled pictures and tells in one HTML file how good it became: looks at the data
 * first, keeps near-duplicates on one side of the split, trains with early stopping and
 * TensorBoard, and writes model, report and plots into one folder.
 */
@Command(
    name = "train-and-report",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Trains on labelled pictures and reports on it in one HTML file.")
public final class TrainAndReport implements Callable<Integer> {
  @Mixin private final LabelledPictures pictures = new LabelledPictures();

  @Option(names = "--output", description = "The folder for report.html, plots, model and curves.")
  private Path output = Path.of("runs", "train-and-report");

  @Option(names = "--fraction", description = "The share of the pictures that is trained on.")
  private double fraction = 0.8;

  @Option(
      names = "--fine-tune",
      description = "How many of the backbone's last stages to train; 0 for the head alone.")
  private int stages;

  @Option(
      names = "--warm-start",
      description = "Begin with what the weights know of the breeds already.")
  private boolean warmStart;

  @Option(names = "--epochs", description = "How many epochs at most.")
  private int epochs = 100;

  @Option(
      names = "--patience",
      description = "After how many epochs without a better validation accuracy it stops.")
  private int patience = 3;

  @Option(names = "--seed", description = "What chance depends on.")
  private long seed = 13;

  /**
   * Runs it.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    Program.run(new TrainAndReport(), arguments);
  }

  @Override
  public Integer call() throws IOException {
    Dataset dogs = pictures.read(seed);
    DatasetReport data = DatasetReport.of(dogs);
    System.out.println(data);
    Split split = dogs.split(fraction, seed, data.duplicateGroups());
    split.notes().forEach(System.out::println);

    TransferModel.Builder builder = TransferModel.mobileNetV2().labels(dogs.labels());
    if (warmStart) {
      builder.warmStart();
    }
    if (stages > 0) {
      builder.fineTuneLast(stages);
    }
    TrainingRun run =
        Trainer.of(builder.build())
            .epochs(epochs)
            .seed(seed)
            .earlyStopping(EarlyStopping.on(Metric.VALIDATION_ACCURACY).patience(patience))
            .tensorBoard(output.resolve("tensorboard"))
            .progress()
            .fit(split.train(), split.validation())
            .calibrate(split.validation());

    Evaluation evaluation = run.evaluate(split.validation());
    System.out.println(evaluation);
    Path report =
        HtmlReport.of(run, split.validation(), data)
            .title("Training of " + dogs.labels().size() + " breeds")
            .write(output.resolve("report.html"));
    LearningCurves.of(run).writePng(output.resolve("curves.png"));
    ConfusionHeatMap.of(evaluation.confusion()).writePng(output.resolve("confusion.png"));
    ReliabilityDiagram.of(evaluation.calibration()).writePng(output.resolve("reliability.png"));
    Path model = run.model().save(output.resolve("model"));

    System.out.println("Report: " + report.toAbsolutePath().normalize());
    System.out.println("Model:  " + model.toAbsolutePath().normalize());
    System.out.println("Curves: tensorboard --logdir " + output.resolve("tensorboard"));
    return 0;
  }
}
