package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * A data set in two parts that share no example.
 *
 * @param train what to learn from, in the data set's order
 * @param validation what to measure on, in the data set's order
 * @param notes where the parts could not be made as asked, in plain words: breeds with too few
 *     images to be in both parts; empty where all went well
 */
public record Split(Dataset train, Dataset validation, List<String> notes) {

  /** Copies the notes. */
  public Split {
    notes = ImmutableList.copyOf(notes);
  }
}
