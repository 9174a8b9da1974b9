package dev.dogvision.examples;

import dev.dogvision.model.TrainedModel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** An option that names a model. */
final class GivenModel {
  @Option(
      names = "--model",
      description = "A model's folder; the accurate embedded model of 135 breeds unless named.")
  private @Nullable Path folder;

  TrainedModel load() {
    return folder == null ? TrainedModel.pretrained() : TrainedModel.load(folder);
  }
}
