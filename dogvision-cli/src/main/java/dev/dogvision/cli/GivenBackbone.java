package dev.dogvision.cli;

import dev.dogvision.ModelNotFoundException;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.spi.EmbeddedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a training starts from, by a name or by where it lies. */
final class GivenBackbone {
  private GivenBackbone() {}

  /**
   * A backbone: a file of weights, a model's folder, an embedded model by its name, or the most
   * accurate embedded model of an architecture.
   *
   * @throws ModelNotFoundException if it is none of these
   */
  static Backbone load(String name) {
    Path path = Path.of(name);
    if (Files.isDirectory(path)) {
      return Backbone.of(TrainedModel.load(path));
    }
    if (Files.exists(path)) {
      return Backbone.read(path);
    }
    List<String> known = new ArrayList<>();
    for (EmbeddedModel embedded : TrainedModel.embedded()) {
      TrainedModel model = TrainedModel.load(embedded);
      String architecture = model.architecture().name();
      if (name.equals(embedded.name()) || name.equals(architecture)) {
        return Backbone.of(model);
      }
      known.add(embedded.name() + " (" + architecture + ")");
    }
    throw new ModelNotFoundException(
        name,
        "there is no backbone \""
            + name
            + "\": expected a file of weights (safetensors), a model's folder, or one of the"
            + " embedded models: "
            + String.join(", ", known));
  }
}
