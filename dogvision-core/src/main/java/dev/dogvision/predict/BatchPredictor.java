package dev.dogvision.predict;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.image.PixelBatches;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.spi.PixelBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Predicts whole data sets: {@link Predictor#inBatches}. Pictures are read and resized in parallel
 * ahead of the network, in bounded memory: a few batches of pixels, and one float for each picture
 * and label.
 *
 * <p>Immutable: each setting gives a changed copy. Safe from many threads at once; usable until the
 * predictor is closed.
 */
public final class BatchPredictor {
  private static final int CPU_BATCH = 8;
  private static final int CUDA_BATCH = 64;
  private static final int MOST_NAMED = 10;

  private final Predictor predictor;
  private final int batchSize;
  private final boolean skipUnreadable;
  private final List<Progress> listeners;
  private final boolean console;

  /** Hears how far a data set has come. */
  @FunctionalInterface
  public interface Progress {

    /**
     * Called after each batch, by the thread that predicts. What it throws ends the prediction.
     *
     * @param done pictures predicted or skipped so far
     * @param total pictures in the data set
     */
    void predicted(int done, int total);
  }

  BatchPredictor(Predictor predictor) {
    this(
        predictor,
        predictor.device().type().equals("cuda") ? CUDA_BATCH : CPU_BATCH,
        false,
        List.of(),
        false);
  }

  private BatchPredictor(
      Predictor predictor,
      int batchSize,
      boolean skipUnreadable,
      List<Progress> listeners,
      boolean console) {
    this.predictor = predictor;
    this.batchSize = batchSize;
    this.skipUnreadable = skipUnreadable;
    this.listeners = listeners;
    this.console = console;
  }

  /**
   * How many pictures go through the network at once.
   *
   * @param size at least 1; 8 on a CPU and 64 on a GPU unless set
   * @return the changed copy
   */
  public BatchPredictor batchSize(int size) {
    checkArgument(size >= 1 && size <= 4096, "batchSize must be in 1..4096, got %s", size);
    return new BatchPredictor(predictor, size, skipUnreadable, listeners, console);
  }

  /**
   * Leaves out pictures that can't be read, and names them in {@link Predictions#skipped()},
   * instead of failing.
   *
   * @return the changed copy
   */
  public BatchPredictor skipUnreadable() {
    return new BatchPredictor(predictor, batchSize, true, listeners, console);
  }

  /**
   * Shows progress on the standard error stream: a bar on a terminal, plain lines elsewhere.
   *
   * @return the changed copy
   */
  public BatchPredictor progress() {
    return new BatchPredictor(predictor, batchSize, skipUnreadable, listeners, true);
  }

  /**
   * Tells a listener how far it has come.
   *
   * @param listener called after each batch
   * @return the changed copy
   */
  public BatchPredictor onProgress(Progress listener) {
    List<Progress> more = new ArrayList<>(listeners);
    more.add(requireNonNull(listener, "listener"));
    return new BatchPredictor(predictor, batchSize, skipUnreadable, List.copyOf(more), console);
  }

  /**
   * Predicts all pictures of a data set. Labels of the data set have no part in it.
   *
   * @param dataset the pictures
   * @return the predictions, in the data set's order
   * @throws DogVisionException if pictures can't be read, naming up to 10 and how many more, unless
   *     {@link #skipUnreadable} was asked for
   * @throws IllegalStateException if the predictor is closed
   */
  public Predictions predict(Dataset dataset) {
    predictor.checkOpen();
    if (!console) {
      return predict(dataset, listeners);
    }
    try (ConsoleProgress bar = new ConsoleProgress("Predicting", dataset.size())) {
      List<Progress> all = new ArrayList<>(listeners);
      all.add(bar);
      return predict(dataset, all);
    }
  }

  private Predictions predict(Dataset dataset, List<Progress> hearing) {
    List<Example> examples = dataset.examples();
    int total = examples.size();
    int classes = predictor.model().labels().size();
    NavigableMap<Integer, String> unreadable = new ConcurrentSkipListMap<>();
    float[][] rows = new float[total][];
    int done = 0;
    try (PixelBatches batches = batches(examples, unreadable)) {
      while (batches.hasNext()) {
        PixelBatch batch = batches.next();
        boolean useless =
            skipUnreadable
                ? unreadable.subMap(done, done + batch.size()).size() == batch.size()
                : !unreadable.isEmpty();
        if (!useless) { // otherwise pictures are still read, to name all that can't be
          float[] logits = predictor.logits(batch);
          for (int i = 0; i < batch.size(); i++) {
            if (!unreadable.containsKey(done + i)) {
              rows[done + i] =
                  predictor.finite(
                      Arrays.copyOfRange(logits, i * classes, (i + 1) * classes),
                      examples.get(done + i).image().toString());
            }
          }
        }
        done += batch.size();
        for (Progress listener : hearing) {
          listener.predicted(done, total);
        }
      }
    }
    if (!unreadable.isEmpty() && !skipUnreadable) {
      throw unreadable(unreadable, total);
    }
    return predictions(examples, rows, unreadable);
  }

  private PixelBatches batches(List<Example> examples, NavigableMap<Integer, String> unreadable) {
    Preprocessing preprocessing = predictor.model().preprocessing();
    return PixelBatches.ahead(
        examples.size(),
        batchSize,
        preprocessing.size(),
        (index, destination, offset) -> {
          try {
            preprocessing.apply(
                predictor.decoder().decode(examples.get(index).image()), destination, offset);
          } catch (UnreadableImageException e) {
            unreadable.put(index, String.valueOf(e.getMessage()));
          }
        });
  }

  private static DogVisionException unreadable(NavigableMap<Integer, String> problems, int total) {
    String named = String.join("; ", problems.values().stream().limit(MOST_NAMED).toList());
    int more = problems.size() - MOST_NAMED;
    return new DogVisionException(
        String.format(
            Locale.ROOT,
            "%s of %s pictures can't be read: %s%s. Repair or remove them, or leave them out with"
                + " inBatches().skipUnreadable()",
            problems.size(),
            total,
            named,
            more > 0 ? "; and " + more + " more" : ""));
  }

  private Predictions predictions(
      List<Example> examples, float[][] rows, NavigableMap<Integer, String> unreadable) {
    List<String> ids = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    List<float[]> logits = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      String id = examples.get(i).id();
      if (unreadable.containsKey(i)) {
        skipped.add(id);
      } else {
        ids.add(id);
        logits.add(rows[i]);
      }
    }
    return new Predictions(predictor.model(), ids, logits.toArray(float[][]::new), skipped);
  }
}
