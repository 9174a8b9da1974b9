package dev.dogvision.spring;

import dev.dogvision.Device;
import dev.dogvision.image.ImageSource;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.BatchPredictor;
import dev.dogvision.predict.Explanation;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;

/** Stands in the place of a predictor that could not be opened: each call says why. */
final class UnavailablePredictor implements Predictor {
  private final PredictorNotOpenedException reason;

  UnavailablePredictor(PredictorNotOpenedException reason) {
    this.reason = reason;
  }

  String reason() {
    return String.valueOf(reason.getMessage());
  }

  private IllegalStateException unavailable() {
    return new IllegalStateException(reason(), reason);
  }

  @Override
  public Prediction predict(ImageSource image) {
    throw unavailable();
  }

  @Override
  public BatchPredictor inBatches() {
    throw unavailable();
  }

  @Override
  public float[] embedding(ImageSource image) {
    throw unavailable();
  }

  @Override
  public Explanation explain(ImageSource image) {
    throw unavailable();
  }

  @Override
  public Explanation explain(ImageSource image, String label) {
    throw unavailable();
  }

  @Override
  public boolean explains() {
    return false;
  }

  @Override
  public TrainedModel model() {
    throw unavailable();
  }

  @Override
  public Device device() {
    throw unavailable();
  }

  @Override
  public void close() {}
}
