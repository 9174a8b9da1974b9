package dev.dogvision.predict;

/**
 * Hears what a predictor is asked and how it ends, for metrics and for logs: {@link
 * Predictor.Builder#listener}. Called by the thread that calls the predictor, several at once, and
 * in the midst of its work: so it should be quick, and safe from many threads. What it throws is
 * logged, the first time, and costs no answer.
 */
@FunctionalInterface
public interface PredictionListener {

  /**
   * Something happened.
   *
   * @param event what
   */
  void onEvent(PredictionEvent event);
}
