package dev.dogvision.predict;

import static java.util.Objects.requireNonNull;

/**
 * What a model says of one picture, and the embedding that it says it from: {@link
 * BatchPredictor#streamWithEmbeddings}. Immutable.
 */
public final class EmbeddedPrediction {
  private final Prediction prediction;
  private final float[] embedding;

  EmbeddedPrediction(Prediction prediction, float[] embedding) {
    this.prediction = requireNonNull(prediction, "prediction");
    this.embedding = embedding;
  }

  /**
   * What the model says.
   *
   * @return the prediction
   */
  public Prediction prediction() {
    return prediction;
  }

  /**
   * What the model's head has seen.
   *
   * @return {@code model().plan().embeddingSize()} values, a new array
   */
  public float[] embedding() {
    return embedding.clone();
  }

  @Override
  public String toString() {
    return prediction + " from an embedding of " + embedding.length + " values";
  }
}
