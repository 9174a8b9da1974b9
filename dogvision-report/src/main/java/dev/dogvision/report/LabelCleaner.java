package dev.dogvision.report;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Split;
import dev.dogvision.internal.WholeFile;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A page on which a person decides what is to become of photographs that the data doctor suspects:
 * keep, relabel or drop, by keyboard. One HTML file that opens from disk and fetches nothing; it
 * gives {@code corrections.csv}, which {@link dev.dogvision.data.DatasetBuilder#corrections}
 * applies.
 *
 * <pre>{@code
 * LabelCleaner.of(DataDoctor.examine(dogs)).write(Path.of("suspects.html"));
 * }</pre>
 *
 * <p>Each photograph stands beside those that it resembles: of its label and of the one that the
 * model believes, with ids, labels and likeness; a copy or near-duplicate beside the other one; of
 * a file that cannot be read the page says why. Suspicions come in this order, and among one kind
 * the strongest first: one file under two labels, labels that a model doubts (by the difference of
 * the two probabilities), near-duplicates under two labels, leaks, files that cannot be read,
 * copies, near-duplicates. What somebody has decided about already, as {@link
 * dev.dogvision.data.Dataset#corrections()} says, is not asked again; those decisions are in the
 * page's {@code corrections.csv} too, so that the new file takes the old one's place.
 *
 * <p>The page works with keyboard, mouse and touch, in light and dark, on a phone and with a screen
 * reader. Where the browser allows it, decisions outlive a reload. Ids and labels are text wherever
 * they come from: none of them is run.
 *
 * <p>Immutable: every method returns a changed copy.
 */
public final class LabelCleaner {
  final DatasetReport report;
  String title = "Photographs to decide about";
  @Nullable Split split;
  int most = 100;

  private LabelCleaner(DatasetReport report) {
    this.report = report;
  }

  /**
   * A page of what was found.
   *
   * @param report what is suspected, as a rule from {@link dev.dogvision.train.DataDoctor}; without
   *     labels that a model doubts, the page asks about files alone
   * @return the page, to be changed or written
   */
  public static LabelCleaner of(DatasetReport report) {
    return new LabelCleaner(report);
  }

  private LabelCleaner with(Consumer<LabelCleaner> change) {
    LabelCleaner copy = new LabelCleaner(report);
    copy.title = title;
    copy.split = split;
    copy.most = most;
    change.accept(copy);
    return copy;
  }

  /**
   * Asks about leaks as well: photographs of the validation or test part of which the training part
   * holds a copy or near-duplicate.
   *
   * @param parts a split of the data set that was looked at
   * @return the changed copy
   */
  public LabelCleaner split(Split parts) {
    return with(copy -> copy.split = parts);
  }

  /**
   * Names the page.
   *
   * @param text its title; "Photographs to decide about" unless set
   * @return the changed copy
   * @throws IllegalArgumentException if the text is blank
   */
  public LabelCleaner title(String text) {
    checkArgument(!text.isBlank(), "title must not be blank");
    return with(copy -> copy.title = text);
  }

  /**
   * Sets how many photographs are asked about, which bounds the page: it has some 80 kilobytes for
   * each. The page says how many more there are, of which kind.
   *
   * @param count at most so many, at least 1; 100 unless set
   * @return the changed copy
   * @throws IllegalArgumentException if the count is not positive
   */
  public LabelCleaner atMost(int count) {
    checkArgument(count >= 1, "atMost must be at least 1, got %s", count);
    return with(copy -> copy.most = count);
  }

  /**
   * The whole file as text. Photographs are read for it; where one can't be the page says so.
   *
   * @return HTML in UTF-8
   */
  public String toHtml() {
    return new LabelCleanerPage(this).toHtml();
  }

  /**
   * Writes the file whole or not at all; one that is there is replaced, missing folders are
   * created.
   *
   * @param file where to, usually ending in {@code .html}
   * @return the file
   * @throws DogVisionException if it cannot be written
   */
  @CanIgnoreReturnValue
  public Path write(Path file) {
    byte[] html = toHtml().getBytes(StandardCharsets.UTF_8);
    try {
      WholeFile.write(file, out -> out.write(html));
    } catch (ClosedByInterruptException | InterruptedIOException e) {
      throw new DogVisionException("interrupted while the page " + file + " was written", e);
    } catch (IOException e) {
      throw new DogVisionException(
          "Cannot write the page " + file + " (" + e + "). Name a place that can be written to.",
          e);
    }
    return file;
  }

  @Override
  public String toString() {
    return "LabelCleaner[" + title + ", at most " + most + " photographs]";
  }
}
