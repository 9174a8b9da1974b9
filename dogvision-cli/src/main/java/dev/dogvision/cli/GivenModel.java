package dev.dogvision.cli;

import dev.dogvision.ModelNotFoundException;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.EmbeddedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say which model is asked, and where it runs. */
final class GivenModel {
  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description =
          "A model's folder, or an embedded model by its name: accurate, which is what is taken"
              + " without this, or fast.")
  private @Nullable String name;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "cpu, cuda or cuda:1; the best that there is unless named.")
  private @Nullable String device;

  TrainedModel load() {
    return name == null ? TrainedModel.pretrained() : load(name);
  }

  Predictor open() {
    return builder().open();
  }

  /** A predictor's settings, for commands that have more to say. */
  Predictor.Builder builder() {
    return builder(load(), device);
  }

  /** What to call the model in messages. */
  String describe() {
    return name == null ? "the embedded model" : name;
  }

  static Predictor open(TrainedModel model, @Nullable String device) {
    return builder(model, device).open();
  }

  private static Predictor.Builder builder(TrainedModel model, @Nullable String device) {
    Predictor.Builder builder = Predictor.builder(model);
    if (device != null) {
      builder.device(device);
    }
    return builder;
  }

  /**
   * A model from a folder, or an embedded one. A folder comes first: whoever has one of that name
   * means it, and an embedded model can't be meant by {@code ./fast}.
   */
  static TrainedModel load(String name) {
    Path folder = Path.of(name);
    if (Files.exists(folder)) {
      return TrainedModel.load(folder);
    }
    List<EmbeddedModel> embedded = TrainedModel.embedded();
    if (embedded.stream().anyMatch(model -> model.name().equals(name))) {
      return TrainedModel.pretrained(name);
    }
    throw new ModelNotFoundException(
        name,
        "there is no model \""
            + name
            + "\": no folder has that name ("
            + folder.toAbsolutePath().normalize()
            + "), and the embedded models are "
            + embedded.stream()
                .map(model -> model.name() + " (" + model.description() + ")")
                .collect(Collectors.joining(" and ")));
  }
}
