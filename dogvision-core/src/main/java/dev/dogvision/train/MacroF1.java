package dev.dogvision.train;

import dev.dogvision.evaluate.Evaluation;

/**
 * The mean of the breeds' F1 on the validation photographs, 0..1, each breed counting the same
 * however many photographs it has: {@link Evaluation#macroF1()}. More is better.
 *
 * <pre>{@code
 * trainer.earlyStopping(EarlyStopping.on(new MacroF1()).patience(3));
 * }</pre>
 */
public record MacroF1() implements Metric {
  @Override
  public String name() {
    return "validation macro F1";
  }

  @Override
  public double of(EpochOutcome epoch) {
    return epoch.validation().orElseThrow().macroF1();
  }

  @Override
  public String toString() {
    return name();
  }
}
