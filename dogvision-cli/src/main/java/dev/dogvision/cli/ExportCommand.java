package dev.dogvision.cli;

import dev.dogvision.image.ImageSource;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.onnx.Onnx;
import dev.dogvision.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A model as an ONNX file. */
@Command(
    name = "export",
    description = {
      "Writes a model as one ONNX file, for Python, browsers and phones; docs/export.md says how"
          + " it is used there, and what int8 loses."
    })
final class ExportCommand extends Subcommand {
  /** How the model is quantized. */
  enum Int8 {
    STATIC,
    DYNAMIC;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Mixin private GivenModel model;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "The file to write.")
  private Path output;

  @Option(
      names = "--int8",
      description =
          "Computes with bytes, in a quarter of the size: ${COMPLETION-CANDIDATES}. Off unless"
              + " given.")
  private @Nullable Int8 int8;

  @Option(
      names = "--photographs",
      paramLabel = "FOLDER",
      description =
          "For static int8: 100 photographs or so of the kind that the model will see; folders in"
              + " it count.")
  private @Nullable Path photographs;

  @Override
  public Integer call() throws IOException {
    if ((int8 == Int8.STATIC) != (photographs != null)) {
      throw mistake("--int8 static and --photographs FOLDER need each other");
    }
    TrainedModel trained = model.load();
    OnnxWriter writer = Onnx.writer(trained);
    if (photographs != null) {
      List<ImageSource> sources = new ArrayList<>();
      new GivenPictures(List.of(photographs.toString())).forEachRemaining(sources::add);
      writer.staticInt8(sources);
    } else if (int8 == Int8.DYNAMIC) {
      writer.dynamicInt8();
    }
    Path written = writer.write(output);
    out()
        .line(
            "%s: %d breeds, pictures of %d pixels, %.1f MB%s",
            written,
            trained.labels().size(),
            trained.preprocessing().size(),
            Files.size(written) / 1e6,
            int8 == null ? "" : ", " + int8 + " int8");
    return ExitCode.DONE;
  }
}
