package dev.dogvision.benchmarks;

import dev.dogvision.Device;
import dev.dogvision.Precision;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Engines;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** As this library's README shows it. */
final class DogVisionServed implements ServedModel {
  private final String engine;
  private final Predictor predictor;
  private @Nullable Network network;

  DogVisionServed(String engine) {
    this.engine = engine;
    this.predictor = Predictor.builder(TrainedModel.pretrained("fast")).engine(engine).open();
  }

  @Override
  public List<String> top3(byte[] file) {
    return labels(predictor.predict(file));
  }

  private static List<String> labels(Prediction prediction) {
    return prediction.top(3).stream().map(Classification::label).toList();
  }

  @Override
  public Runnable fromPixels(byte[] file) {
    RgbImage image = ImageDecoder.standard().decode(ImageSource.of("picture", file));
    return () -> {
      List<String> unused = labels(predictor.predict(image));
    };
  }

  @Override
  public Runnable pass(int images) {
    TrainedModel model = predictor.model();
    NetworkPlan plan = model.plan();
    if (network == null) {
      network =
          Engines.forPrediction(engine)
              .open(plan, plan.whole(), model.weights(), Device.CPU, Precision.FLOAT32);
    }
    Network opened = network;
    int side = plan.inputSize();
    PixelBatch batch = new PixelBatch(new byte[images * side * side * 3], images, side);
    return () -> {
      ActivationBatch unused = opened.forward(batch);
    };
  }

  @Override
  public void predict(Path folder, Path table) {
    predictor.inBatches().writeCsv(DatasetBuilder.fromImages(folder).build(), table);
  }

  @Override
  public void close() {
    if (network != null) {
      network.close();
    }
    predictor.close();
  }
}
