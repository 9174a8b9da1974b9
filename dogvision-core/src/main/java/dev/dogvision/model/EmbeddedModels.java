package dev.dogvision.model;

import com.google.common.collect.ImmutableList;
import dev.dogvision.DogVisionException;
import dev.dogvision.ModelNotFoundException;
import dev.dogvision.internal.Excerpt;
import dev.dogvision.spi.EmbeddedModel;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The models that jars on the class path bring along, the most accurate first. */
final class EmbeddedModels {
  private static final String DEPENDENCY =
      "add the dependency dev.dogvision:dogvision-models, of the same version as dogvision-core";

  private final ImmutableList<EmbeddedModel> models;

  EmbeddedModels(List<EmbeddedModel> models) {
    this.models =
        ImmutableList.sortedCopyOf(
            Comparator.comparingDouble(EmbeddedModel::accuracy)
                .reversed()
                .thenComparing(EmbeddedModel::name),
            models);
  }

  /** Looks for them with this library's own class loader. */
  static EmbeddedModels onClassPath() {
    try {
      return new EmbeddedModels(
          ImmutableList.copyOf(
              ServiceLoader.load(EmbeddedModel.class, EmbeddedModels.class.getClassLoader())));
    } catch (ServiceConfigurationError e) {
      throw new DogVisionException("an embedded model on the class path can't be loaded: " + e, e);
    }
  }

  ImmutableList<EmbeddedModel> all() {
    return models;
  }

  EmbeddedModel mostAccurate() {
    if (models.isEmpty()) {
      throw none();
    }
    return models.get(0);
  }

  /**
   * A model by its name.
   *
   * @throws DogVisionException if there is none, or there are two
   */
  EmbeddedModel named(String name) {
    List<EmbeddedModel> named = models.stream().filter(model -> model.name().equals(name)).toList();
    if (named.size() == 1) {
      return named.get(0);
    }
    if (models.isEmpty()) {
      throw none();
    }
    if (named.isEmpty()) {
      throw new ModelNotFoundException(
          "class path",
          String.format(
              Locale.ROOT,
              "no embedded model \"%s\" on the class path: there is %s. Name one of these, or %s",
              Excerpt.of(name),
              described(models),
              DEPENDENCY));
    }
    throw new DogVisionException(
        String.format(
            Locale.ROOT,
            "several embedded models are called \"%s\": %s; keep one of them",
            Excerpt.of(name),
            named.stream()
                .map(model -> model.description() + " (" + model.getClass().getName() + ")")
                .collect(Collectors.joining(", "))));
  }

  /** The most accurate one of an architecture. */
  TrainedModel ofArchitecture(String name) {
    for (EmbeddedModel model : models) {
      TrainedModel loaded = TrainedModel.load(model);
      if (loaded.architecture().name().equals(name)) {
        return loaded;
      }
    }
    if (models.isEmpty()) {
      throw none();
    }
    throw new ModelNotFoundException(
        "class path",
        String.format(
            Locale.ROOT,
            "no embedded model on the class path is %s: there is %s. Name weights of your own, with"
                + " weights(Path)",
            name,
            described(models)));
  }

  private static String described(List<EmbeddedModel> models) {
    return models.stream()
        .map(model -> '"' + model.name() + "\" (" + model.description() + ")")
        .collect(Collectors.joining(", "));
  }

  private static ModelNotFoundException none() {
    return new ModelNotFoundException(
        "class path",
        "no embedded model found on the class path: "
            + DEPENDENCY
            + ", or name weights of your own with TransferModel.mobileNetV2().weights(Path)");
  }
}
