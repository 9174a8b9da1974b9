package dev.dogvision.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.CheckReturnValue;
import dev.dogvision.internal.Excerpt;
import dev.dogvision.internal.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What people decided about photographs of a data set: which labels are right, which are replaced,
 * what is left out. {@link DatasetBuilder#corrections} and {@link Dataset#corrected} apply them;
 * nothing on the disk is changed.
 *
 * <p>As a file they are a CSV in UTF-8 of the columns {@code id}, {@code action} and {@code label}:
 *
 * <pre>
 * id,action,label
 * pug/017,keep,pug
 * pug/021,relabel,chow
 * pug/033,new_label,pekinese
 * pug/040,drop,
 * </pre>
 *
 * <p>{@code keep} remembers that the label is right, and names it. {@code relabel} gives another of
 * the data set's labels, {@code new_label} one that it need not have, {@code drop} leaves the
 * photograph out. The columns may be in any order and case, and there may be others, for remarks
 * say; they may be separated by commas, semicolons or tabs, as spreadsheets save them.
 *
 * <p>So that no spreadsheet runs an id or label as a formula, one that begins like one ({@code =},
 * {@code +}, {@code -}, {@code @}) is written with an apostrophe before it, which is taken off
 * again when the file is read: {@code '=1+1} is the id {@code =1+1}. An id that begins with an
 * apostrophe before such a character has one more.
 *
 * <p>Immutable.
 */
@CheckReturnValue
public final class Corrections {
  private static final Corrections NONE = new Corrections(ImmutableMap.of(), null, Map.of());

  private final ImmutableMap<String, Correction> byId;

  /** Where they were read, for messages. */
  private final @Nullable Path file;

  /** The line of each id, from 1, where they were read from a file. */
  private final ImmutableMap<String, Integer> lines;

  Corrections(Map<String, Correction> byId, @Nullable Path file, Map<String, Integer> lines) {
    this.byId = ImmutableMap.copyOf(byId);
    this.file = file;
    this.lines = ImmutableMap.copyOf(lines);
  }

  /**
   * No corrections: nobody has decided anything.
   *
   * @return the empty corrections
   */
  public static Corrections none() {
    return NONE;
  }

  /**
   * Corrections that come from elsewhere.
   *
   * @param corrections the corrections; one that is there twice counts once
   * @return the corrections, in their order
   * @throws IllegalArgumentException if two of one id differ
   */
  public static Corrections of(Collection<Correction> corrections) {
    Map<String, Correction> byId = new LinkedHashMap<>();
    for (Correction correction : corrections) {
      Correction first = byId.putIfAbsent(correction.id(), correction);
      checkArgument(
          first == null || first.equals(correction),
          "'%s' is decided twice: %s and %s",
          Excerpt.of(correction.id()),
          first,
          correction);
    }
    return new Corrections(byId, null, Map.of());
  }

  /**
   * Reads what {@link #write} or the page of {@code LabelCleaner} has written, or a person by hand.
   *
   * @param file a CSV of the columns {@code id}, {@code action} and {@code label}
   * @return the corrections, in the order of the rows; none where there is nothing but the first
   *     line
   * @throws DatasetException if it can't be read, or rows can't be used: an action that there is
   *     not, a label that is missing or too much, an id that is decided in two ways; all of them at
   *     once, with their lines
   */
  public static Corrections read(Path file) {
    return CorrectionTable.read(file);
  }

  /**
   * Writes them as a CSV, whole or not at all: UTF-8 with a byte order mark, by which spreadsheets
   * know it, lines that end in a newline.
   *
   * @param place the file; one that is there is replaced, missing folders are created
   * @return the file
   * @throws DatasetException if it can't be written; the place is then as it was before
   */
  @CanIgnoreReturnValue
  public Path write(Path place) {
    byte[] csv = CorrectionTable.csv(all()).getBytes(StandardCharsets.UTF_8);
    try {
      WholeFile.write(place, out -> out.write(csv));
    } catch (IOException e) {
      throw new DatasetException(
          "cannot write " + place + " (" + e + "); name a place that can be written to", e);
    }
    return place;
  }

  /**
   * All of them.
   *
   * @return an immutable list, in the order in which they were given
   */
  public List<Correction> all() {
    return byId.values().asList();
  }

  /**
   * What was decided about a photograph.
   *
   * @param id its id
   * @return empty where nobody has decided
   */
  public Optional<Correction> of(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /**
   * How many photographs were decided about.
   *
   * @return 0 for {@link #none()}
   */
  public int size() {
    return byId.size();
  }

  /** Their name in messages. */
  String name() {
    return file == null ? "the corrections" : file.toString();
  }

  /** A correction's place in messages. */
  String place(Correction correction) {
    Integer line = lines.get(correction.id());
    return line == null ? "" : "line " + line + ": ";
  }

  /** These, and behind them what only the others have; ids of the others may have other names. */
  Corrections and(Collection<Correction> others) {
    Map<String, Correction> all = new LinkedHashMap<>(byId);
    others.forEach(other -> all.putIfAbsent(other.id(), other));
    return new Corrections(ImmutableMap.copyOf(all), null, Map.of());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Corrections that && all().equals(that.all());
  }

  @Override
  public int hashCode() {
    return byId.hashCode();
  }

  @Override
  public String toString() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Correction.Action action : Correction.Action.values()) {
      int count = (int) all().stream().filter(one -> one.action() == action).count();
      if (count > 0) {
        counts.put(action.word(), count);
      }
    }
    return "Corrections" + counts;
  }
}
