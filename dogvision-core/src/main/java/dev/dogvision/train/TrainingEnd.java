package dev.dogvision.train;

/** Why a run ended. Immutable. */
public sealed interface TrainingEnd {

  /**
   * The end for people.
   *
   * @return a few words, for example {@code all epochs done}
   */
  String description();

  /** Every epoch was trained. */
  record Finished() implements TrainingEnd {
    @Override
    public String description() {
      return "all epochs done";
    }
  }

  /**
   * {@link EarlyStopping} found no better epoch for so long as its patience says.
   *
   * @param metric the name of the metric that it watched
   * @param patience for how many epochs in a row there was no better one
   */
  record StoppedEarly(String metric, int patience) implements TrainingEnd {
    @Override
    public String description() {
      return "early stopping: no better "
          + metric
          + " in "
          + patience
          + (patience == 1 ? " epoch" : " epochs");
    }
  }

  /**
   * A listener asked for the end by {@link TrainingControl#stop}.
   *
   * @param reason what it said
   */
  record StoppedByListener(String reason) implements TrainingEnd {
    @Override
    public String description() {
      return reason;
    }
  }

  /**
   * The thread that called {@code fit} was interrupted. The epoch under way does not count: the run
   * is as it was after the epoch before, and so is the last checkpoint.
   */
  record Interrupted() implements TrainingEnd {
    @Override
    public String description() {
      return "interrupted";
    }
  }

  /**
   * The numbers ran away. {@code fit} throws a {@link DivergedException} that carries this value:
   * there is no run to return.
   *
   * @param what which number, and what became of it
   * @param epoch the epoch it happened in, from 1
   * @param batch the batch of the epoch it happened in, from 1
   * @param learningRate the head's learning rate at that batch
   */
  record Diverged(String what, int epoch, int batch, double learningRate) implements TrainingEnd {
    @Override
    public String description() {
      return "diverged: "
          + what
          + " in epoch "
          + epoch
          + ", batch "
          + batch
          + ", at learning rate "
          + learningRate;
    }
  }
}
