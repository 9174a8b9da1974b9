package dev.dogvision.spring;

import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.PredictionListener;
import dev.dogvision.predict.Predictor;
import dev.dogvision.predict.Views;
import dev.dogvision.spi.EmbeddedModel;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ResourceLoader;

/** Opens the predictor that properties describe. */
final class PredictorOpening {
  private static final String CLASS_PATH = ResourceLoader.CLASSPATH_URL_PREFIX;

  private PredictorOpening() {}

  static Predictor open(
      DogVisionProperties properties,
      List<PredictionListener> listeners,
      ResourceLoader resources) {
    Predictor.Builder builder = Predictor.builder(model(properties.model(), resources));
    String engine = properties.engine();
    if (engine != null) {
      builder.engine(engine);
    }
    String device = properties.device();
    if (device != null) {
      builder.device(device);
    }
    if (properties.mirrored()) {
      builder.views(Views.MIRRORED);
    }
    Integer given = properties.callsAtOnce();
    int callsAtOnce = given == null ? Runtime.getRuntime().availableProcessors() : given;
    if (callsAtOnce != 0) {
      builder
          .callsAtOnce(callsAtOnce)
          .waitingCalls(properties.waitingCalls())
          .longestWait(properties.longestWait());
    }
    listeners.forEach(builder::listener);
    return builder.open();
  }

  private static TrainedModel model(@Nullable String model, ResourceLoader resources) {
    if (model == null || model.isBlank()) {
      return TrainedModel.pretrained();
    }
    if (model.startsWith(CLASS_PATH)) {
      return TrainedModel.load(new ClassPathModel(model, resources));
    }
    if (model.startsWith("file:")) {
      return TrainedModel.load(Path.of(URI.create(model)));
    }
    return model.contains("/") || model.contains("\\") || model.startsWith(".")
        ? TrainedModel.load(Path.of(model))
        : TrainedModel.pretrained(model);
  }

  /** A model's folder on the application's class path. */
  private record ClassPathModel(String location, ResourceLoader resources)
      implements EmbeddedModel {

    @Override
    public String name() {
      return location;
    }

    @Override
    public String description() {
      return location;
    }

    @Override
    public double accuracy() {
      return 0; // never compared with others
    }

    @Override
    public InputStream open(String fileName) throws IOException {
      return resources
          .getResource(location + (location.endsWith("/") ? "" : "/") + fileName)
          .getInputStream();
    }
  }
}
