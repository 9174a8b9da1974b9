package dev.dogvision.predict;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.image.PixelBatches;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.spi.PixelBatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Predicts whole data sets: {@link Predictor#inBatches}. Pictures are read and resized in parallel
 * ahead of the network, in bounded memory: a few batches of pixels, and, but for {@link #writeCsv},
 * one float for each picture and label.
 *
 * <p>Immutable: each setting gives a changed copy. Safe from many threads at once; usable until the
 * predictor is closed.
 */
public final class BatchPredictor {
  private static final int CPU_BATCH = 8;
  private static final int CUDA_BATCH = 64;
  private static final int MOST_NAMED = 10;

  /** What a killed process loses at most; one write to the disk each. */
  private static final int BATCHES_A_CHUNK = 16;

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
   * Leaves out pictures that can't be read, and names them in {@link Predictions#skipped()} and
   * {@link WrittenPredictions#skipped()}, instead of failing.
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
    List<Example> examples = dataset.examples();
    float[][] rows = new float[examples.size()][];
    NavigableMap<Integer, String> unreadable =
        hearing(
            0,
            examples.size(),
            hearing ->
                run(
                    examples,
                    0,
                    hearing,
                    (first, logits) -> System.arraycopy(logits, 0, rows, first, logits.length)));
    if (!unreadable.isEmpty() && !skipUnreadable) {
      throw unreadable(unreadable, examples.size(), "");
    }
    return predictions(examples, rows, unreadable);
  }

  /**
   * Predicts all pictures of a data set and writes the table that {@link Predictions#writeCsv}
   * writes, to the same last byte, without ever holding more of it in memory than a few batches.
   *
   * <p>What is done is kept in {@code <file>.unfinished} beside the file until the table is whole.
   * Interrupted, whether by an exception or by the end of the process, the same call goes on from
   * there: the last few batches at most are lost. What is kept is used only for the model, engine,
   * device, precision and batch size and for pictures of the ids and bytes that it was computed
   * from; where one of these has changed, the call begins again from there, and {@link
   * WrittenPredictions#notice()} says why.
   *
   * @param dataset the pictures; their labels have no part in it
   * @param file the table's place; a file that is there is replaced in the end, whole or not at all
   * @return what was written
   * @throws DogVisionException if pictures can't be read, naming up to 10 and how many more, unless
   *     {@link #skipUnreadable} was asked for; if the file can't be written, or another call is
   *     writing it
   * @throws IllegalStateException if the predictor is closed
   */
  @CanIgnoreReturnValue
  public WrittenPredictions writeCsv(Dataset dataset, Path file) {
    predictor.checkOpen();
    long start = System.nanoTime();
    List<Example> examples = dataset.examples();
    CsvTable table = new CsvTable(predictor.model().labels(), predictor.model().temperature());
    try (UnfinishedTable unfinished =
        UnfinishedTable.open(
            file, predictor.settings(batchSize), examples, batchSize, skipUnreadable)) {
      int takenUp = unfinished.done();
      CsvChunks chunks = new CsvChunks(examples, table, unfinished);
      NavigableMap<Integer, String> unreadable =
          hearing(
              takenUp,
              examples.size(),
              hearing -> {
                NavigableMap<Integer, String> problems;
                try {
                  problems = run(examples, takenUp, hearing, chunks);
                } catch (RuntimeException | Error e) {
                  chunks.flushAfter(e);
                  throw e;
                }
                chunks.flush();
                return problems;
              });
      if (!unreadable.isEmpty() && !skipUnreadable) {
        throw unreadable(
            unreadable,
            examples.size(),
            String.format(
                Locale.ROOT,
                ". The first %s pictures are done and kept: the same call goes on from there",
                unfinished.done()));
      }
      unfinished.finish(table.header());
      return new WrittenPredictions(
          file,
          unfinished.rows(),
          unfinished.skipped(),
          takenUp,
          unfinished.notice(),
          Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /** Takes what a batch gave. */
  @FunctionalInterface
  private interface BatchSink {

    /**
     * Called for batch after batch, in order.
     *
     * @param first the batch's first picture
     * @param logits a row a picture; null for one that can't be read
     */
    void add(int first, float[] @Nullable [] logits);
  }

  /** Gathers rows, and appends them to the unfinished table some batches at a time. */
  private final class CsvChunks implements BatchSink {
    private final List<Example> examples;
    private final CsvTable table;
    private final UnfinishedTable unfinished;
    private final StringBuilder text = new StringBuilder();
    private final List<String> skipped = new ArrayList<>();
    private int next;

    CsvChunks(List<Example> examples, CsvTable table, UnfinishedTable unfinished) {
      this.examples = examples;
      this.table = table;
      this.unfinished = unfinished;
      this.next = unfinished.done();
    }

    @Override
    public void add(int first, float[] @Nullable [] logits) {
      for (int i = 0; i < logits.length; i++) {
        String id = examples.get(first + i).id();
        float[] row = logits[i];
        if (row == null) {
          skipped.add(id);
        } else {
          text.append(table.row(id, row));
        }
      }
      next = first + logits.length;
      if (next - unfinished.done() >= BATCHES_A_CHUNK * batchSize) {
        flush();
      }
    }

    /** Keeps what there is, whatever went wrong. */
    void flushAfter(Throwable failure) {
      try {
        flush();
      } catch (RuntimeException e) {
        failure.addSuppressed(e);
      }
    }

    void flush() {
      if (next > unfinished.done()) {
        unfinished.append(examples.subList(unfinished.done(), next), skipped, text);
        text.setLength(0);
        skipped.clear();
      }
    }
  }

  private NavigableMap<Integer, String> hearing(
      int from, int total, Function<List<Progress>, NavigableMap<Integer, String>> work) {
    if (!console) {
      return work.apply(listeners);
    }
    try (ConsoleProgress bar = new ConsoleProgress("Predicting", from, total)) {
      return work.apply(ImmutableList.<Progress>builder().addAll(listeners).add(bar).build());
    }
  }

  /**
   * Predicts pictures, and gives the sink every batch in which all can be read, or may be skipped,
   * up to the first that has others.
   *
   * @param from the first picture to predict
   * @return what can't be read, and why
   */
  private NavigableMap<Integer, String> run(
      List<Example> examples, int from, List<Progress> hearing, BatchSink sink) {
    int total = examples.size();
    int classes = predictor.model().labels().size();
    NavigableMap<Integer, String> unreadable = new ConcurrentSkipListMap<>();
    int done = from;
    try (PixelBatches batches = batches(examples, from, unreadable)) {
      while (batches.hasNext()) {
        PixelBatch batch = batches.next();
        int size = batch.size();
        boolean ended = !skipUnreadable && !unreadable.headMap(done + size).isEmpty();
        if (!ended) { // otherwise pictures are still read, to name all that can't be
          float[] @Nullable [] rows = new float[size][];
          if (unreadable.subMap(done, done + size).size() < size) {
            float[] logits = predictor.logits(batch);
            for (int i = 0; i < size; i++) {
              if (!unreadable.containsKey(done + i)) {
                rows[i] =
                    predictor.finite(
                        Arrays.copyOfRange(logits, i * classes, (i + 1) * classes),
                        examples.get(done + i).image().toString());
              }
            }
          }
          sink.add(done, rows);
        }
        done += size;
        for (Progress listener : hearing) {
          listener.predicted(done, total);
        }
      }
    }
    return unreadable;
  }

  private PixelBatches batches(
      List<Example> examples, int from, NavigableMap<Integer, String> unreadable) {
    Preprocessing preprocessing = predictor.model().preprocessing();
    return PixelBatches.ahead(
        examples.size() - from,
        batchSize,
        preprocessing.size(),
        (index, destination, offset) -> {
          try {
            preprocessing.apply(
                predictor.decoder().decode(examples.get(from + index).image()),
                destination,
                offset);
          } catch (UnreadableImageException e) {
            unreadable.put(from + index, String.valueOf(e.getMessage()));
          }
        });
  }

  private static DogVisionException unreadable(
      NavigableMap<Integer, String> problems, int total, String rest) {
    String named = String.join("; ", problems.values().stream().limit(MOST_NAMED).toList());
    int more = problems.size() - MOST_NAMED;
    return new DogVisionException(
        String.format(
            Locale.ROOT,
            "%s of %s pictures can't be read: %s%s. Repair or remove them, or leave them out with"
                + " inBatches().skipUnreadable()%s",
            problems.size(),
            total,
            named,
            more > 0 ? "; and " + more + " more" : "",
            rest));
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
