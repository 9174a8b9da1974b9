package dev.dogvision.train;

import dev.dogvision.evaluate.ConfidenceThresholdFit;
import dev.dogvision.model.ConfidenceThreshold;
import dev.dogvision.model.ConfidenceThreshold.Score;
import dev.dogvision.model.TrainedModel;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Below which score a run's model calls its predictions unsure. */
final class UnsurePredictions {
  /** Of photographs of dogs the part that may be called unsure, as in the paper. */
  private static final double SHARE = 0.05;

  /** With fewer, the photograph that decides is any. */
  private static final int FEWEST = 20;

  private static final String PROVENANCE = "unsure";

  private UnsurePredictions() {}

  /**
   * The threshold by what a model says of photographs that it was not trained on.
   *
   * @param score what is compared with it
   * @param validation one row of logits a photograph
   * @return null if they are too few
   */
  static @Nullable ConfidenceThreshold threshold(Score score, float[][] validation) {
    return validation.length < FEWEST ? null : fit(score, validation, 1).threshold();
  }

  /** The model with a threshold that was fitted on validation photographs. */
  static TrainedModel with(TrainedModel model, ConfidenceThreshold threshold, int photographs) {
    return model
        .withConfidenceThreshold(threshold)
        .withProvenance(Map.of(PROVENANCE, text(threshold, photographs)));
  }

  /**
   * The model with the threshold of that score which catches more photographs of other things.
   *
   * @param validation what it says of validation photographs
   * @param others what it says of photographs of other things
   */
  static TrainedModel with(TrainedModel model, float[][] validation, float[][] others) {
    ConfidenceThresholdFit energy = fit(Score.ENERGY, validation, model.temperature());
    ConfidenceThresholdFit probability =
        fit(Score.MAXIMUM_PROBABILITY, validation, model.temperature());
    ConfidenceThresholdFit better =
        probability.catchRate(others) > energy.catchRate(others) ? probability : energy;
    return model
        .withConfidenceThreshold(better.threshold())
        .withProvenance(
            Map.of(
                PROVENANCE,
                String.format(
                    Locale.ROOT,
                    "%s; %d of %d photographs of other things, by which the score was chosen",
                    text(better.threshold(), validation.length),
                    Math.round(better.catchRate(others) * others.length),
                    others.length)));
  }

  /** The model with the threshold of its score as it is at the model's temperature. */
  static TrainedModel refitted(TrainedModel model, float[][] validation) {
    return model.withConfidenceThreshold(
        fit(model.confidenceThreshold().orElseThrow().score(), validation, model.temperature())
            .threshold());
  }

  /** What a model calls unsure, for people. */
  static Optional<String> describe(TrainedModel model) {
    return Optional.ofNullable(model.provenance().get(PROVENANCE));
  }

  private static ConfidenceThresholdFit fit(Score score, float[][] logits, double temperature) {
    return ConfidenceThresholdFit.of(score, logits, temperature, SHARE);
  }

  private static String text(ConfidenceThreshold threshold, int photographs) {
    return String.format(
        Locale.ROOT,
        "below %.3f of %s: %.0f %% of %d validation photographs",
        threshold.value(),
        threshold.score().text().replace('_', ' '),
        100 * SHARE,
        photographs);
  }
}
