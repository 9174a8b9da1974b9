package dev.dogvision.data;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a person decided about one photograph of a data set.
 *
 * @param id the photograph's id, as the data set has it
 * @param action what is to be done
 * @param label the label that it gets; of {@link Action#KEEP} the label that is right as it is, or
 *     null where nobody wrote it down; of {@link Action#DROP} always null
 */
public record Correction(String id, Action action, @Nullable String label) {

  /** What is to be done about a photograph. */
  public enum Action {
    /** Nothing: its label is right, and need not be asked about again. */
    KEEP,

    /** It gets another of the data set's labels. */
    RELABEL,

    /** It gets a label that the data set need not have yet. */
    NEW_LABEL,

    /** It is left out of the data set. Its file stays where it is. */
    DROP;

    /**
     * The action's name in a file.
     *
     * @return {@code keep}, {@code relabel}, {@code new_label} or {@code drop}
     */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Checks that the label fits the action.
   *
   * @throws IllegalArgumentException if the id is blank, a label is missing where one is to be
   *     given, is blank, or is there though the photograph is dropped
   */
  public Correction {
    checkArgument(!id.isBlank(), "id must not be blank");
    requireNonNull(action, "action");
    boolean gives = action == Action.RELABEL || action == Action.NEW_LABEL;
    checkArgument(
        !gives || label != null, "'%s': %s needs the label that it gives", id, action.word());
    checkArgument(label == null || !label.isBlank(), "the label of '%s' must not be blank", id);
    checkArgument(
        action != Action.DROP || label == null,
        "'%s' is dropped, and so gets no label; got '%s'",
        id,
        label);
  }

  /**
   * A label that is right as it is.
   *
   * @param id the photograph's id
   * @param label its label
   * @return the correction
   */
  public static Correction keep(String id, String label) {
    return new Correction(id, Action.KEEP, requireNonNull(label, "label"));
  }

  /**
   * Another of the data set's labels.
   *
   * @param id the photograph's id
   * @param label the label that it gets
   * @return the correction
   */
  public static Correction relabel(String id, String label) {
    return new Correction(id, Action.RELABEL, label);
  }

  /**
   * A label that the data set need not have yet.
   *
   * @param id the photograph's id
   * @param label the label that it gets
   * @return the correction
   */
  public static Correction newLabel(String id, String label) {
    return new Correction(id, Action.NEW_LABEL, label);
  }

  /**
   * A photograph that is left out.
   *
   * @param id the photograph's id
   * @return the correction
   */
  public static Correction drop(String id) {
    return new Correction(id, Action.DROP, null);
  }

  /** The same about a photograph that is called otherwise. */
  Correction withId(String other) {
    return new Correction(other, action, label);
  }
}
