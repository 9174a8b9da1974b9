package dev.dogvision.cli;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.predict.Predictor;
import dev.dogvision.report.HtmlReport;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One HTML file that shows how good a model is. */
@Command(
    name = "report",
    description = {
      "Writes one HTML file that shows how good a model is on labelled pictures, where it is"
          + " mistaken, and what is wrong with the pictures."
    })
final class ReportCommand extends Subcommand {
  @Mixin private LabelledPictures pictures;
  @Mixin private GivenModel model;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "The file to write; ${DEFAULT-VALUE} unless given.",
      defaultValue = "report.html")
  private Path output;

  @Option(
      names = "--title",
      description = "What the report is called; ${DEFAULT-VALUE} unless given.",
      defaultValue = "Dog breeds")
  private String title;

  @Override
  public Integer call() {
    try (Predictor predictor = model.open()) {
      Dataset known = pictures.read(predictor.model().labels(), errors());
      Evaluation evaluation = EvaluateCommand.evaluate(predictor, known, showsProgress());
      Path written =
          HtmlReport.of(evaluation)
              .title(title)
              .examples(known)
              .configuration(predictor.model().provenance())
              .datasetReport(DatasetReport.of(known))
              .write(output);
      out().line(evaluation.toString());
      errors().println("report: " + written.toAbsolutePath().normalize());
      return ExitCode.DONE;
    }
  }
}
