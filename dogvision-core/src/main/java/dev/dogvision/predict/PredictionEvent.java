package dev.dogvision.predict;

import java.time.Duration;
import java.util.Locale;

/**
 * What becomes of a call for one picture: it {@link Arrived}, it {@link Started} when its turn
 * came, it {@link Ended}, whatever became of it. So many calls are in flight as have arrived and
 * not ended, and of those so many wait as have not started. A call that is turned away ends without
 * having started. Of a picture in a batch only the end is told.
 *
 * <p>Calls on a closed predictor are told of by their exception alone.
 */
public sealed interface PredictionEvent {

  /**
   * What was asked.
   *
   * @return the kind of call
   */
  Call call();

  /** What a predictor is asked. */
  enum Call {
    /** {@link Predictor#predict} of one picture. */
    PREDICTION,

    /** {@link Predictor#explain}. */
    EXPLANATION,

    /** {@link Predictor#embedding}. */
    EMBEDDING,

    /** One picture of {@link Predictor#predictAll}, {@link Predictor#stream} and the like. */
    BATCH;

    /**
     * The name for files and tags.
     *
     * @return for example {@code prediction}
     */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How a call may end. */
  enum Outcome {
    /** With an answer. */
    ANSWERED,

    /** With an answer of which the model says that it is unsure: {@link Prediction#isUnsure}. */
    UNSURE,

    /** The picture can't be read. */
    BAD_PICTURE,

    /** It was turned away: {@link dev.dogvision.OverloadedException}. */
    OVERLOADED,

    /** With any other exception, an interrupted wait included. */
    FAILED;

    /**
     * The name for files and tags.
     *
     * @return for example {@code bad_picture}
     */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A call came.
   *
   * @param call what was asked
   */
  record Arrived(Call call) implements PredictionEvent {}

  /**
   * A call's turn came: its picture is read next.
   *
   * @param call what was asked
   * @param waiting how long it had waited
   */
  record Started(Call call, Duration waiting) implements PredictionEvent {}

  /**
   * A call ended.
   *
   * @param call what was asked
   * @param outcome with what
   * @param started whether its turn had come: false for a call that was turned away, or interrupted
   *     as it waited; true for pictures of batches, though no start is told of them
   * @param waiting how long it waited for its turn
   * @param decoding how long its picture was read and decoded; zero for pictures of batches, which
   *     other threads decode ahead
   * @param computing how long all the rest took, resizing and the network; for a picture of a batch
   *     its share of the batch's time
   */
  record Ended(
      Call call,
      Outcome outcome,
      boolean started,
      Duration waiting,
      Duration decoding,
      Duration computing)
      implements PredictionEvent {

    /**
     * From the call's arrival to its end.
     *
     * @return waiting, decoding and computing
     */
    public Duration total() {
      return waiting.plus(decoding).plus(computing);
    }
  }
}
