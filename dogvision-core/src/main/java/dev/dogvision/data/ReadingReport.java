package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What reading a data set met on the way.
 *
 * @param rows rows or files read; -1 where nothing was read
 * @param rowsName what the rows are called in a summary
 * @param fromRows whether images were looked up by row, so that either may be without the other
 * @param imagesRead whether the images were looked at
 * @param duplicates ids of the rows that repeat another
 * @param conflicting ids left out because their labels contradict each other
 * @param missing ids left out for want of an image
 * @param unreadable what is wrong with the images left out, by id
 * @param withoutRow images that no row speaks of
 * @param similarLabels labels that may be meant to be one
 * @param notes anything else
 * @param notices of these, what somebody misses who knows of the data set only
 * @param corrected what people decided, and what became of it; null where nobody did
 */
record ReadingReport(
    int rows,
    String rowsName,
    boolean fromRows,
    boolean imagesRead,
    List<String> duplicates,
    List<String> conflicting,
    List<String> missing,
    Map<String, String> unreadable,
    List<String> withoutRow,
    List<List<String>> similarLabels,
    List<String> notes,
    List<String> notices,
    @Nullable CorrectedExamples corrected) {
  /** For a data set that was not read but made of others. */
  static final ReadingReport NONE = ofNotices(List.of());

  /** For a data set that was made of others, from which something was left out. */
  static ReadingReport ofNotices(List<String> notices) {
    return new ReadingReport(
        -1, "", false, false, List.of(), List.of(), List.of(), Map.of(), List.of(), List.of(),
        List.of(), notices, null);
  }

  ReadingReport {
    duplicates = ImmutableList.copyOf(duplicates);
    conflicting = ImmutableList.copyOf(conflicting);
    missing = ImmutableList.copyOf(missing);
    unreadable = ImmutableMap.copyOf(unreadable);
    withoutRow = ImmutableList.copyOf(withoutRow);
    similarLabels = ImmutableList.copyOf(similarLabels);
    notes = ImmutableList.copyOf(notes);
    notices = ImmutableList.copyOf(notices);
  }

  /** The same with what people decided. */
  ReadingReport with(@Nullable CorrectedExamples decided) {
    return new ReadingReport(
        rows,
        rowsName,
        fromRows,
        imagesRead,
        duplicates,
        conflicting,
        missing,
        unreadable,
        withoutRow,
        similarLabels,
        notes,
        notices,
        decided);
  }

  /** The same with further notices. */
  ReadingReport with(List<String> more) {
    return new ReadingReport(
        rows,
        rowsName,
        fromRows,
        imagesRead,
        duplicates,
        conflicting,
        missing,
        unreadable,
        withoutRow,
        similarLabels,
        notes,
        ImmutableList.<String>builder().addAll(notices).addAll(more).build(),
        corrected);
  }
}
