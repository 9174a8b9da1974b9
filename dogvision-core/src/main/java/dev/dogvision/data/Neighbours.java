package dev.dogvision.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the photographs that resemble one the most, by the cosine of the angle between embeddings.
 *
 * <pre>{@code
 * Neighbours neighbours = Neighbours.among(predictor.embedAll(dogs));
 * for (Neighbour one : neighbours.nearest(predictor.embedding(photo), 5)) {
 *   System.out.println(one);
 * }
 * }</pre>
 *
 * <p>Every photograph is compared, none is passed over for speed: 10,000 embeddings of 1,280 values
 * take about ten milliseconds. The same embeddings give the same neighbours in the same order on
 * every machine, alone or many at once; of two that are equally similar the earlier one comes
 * first. An embedding of zeros has no direction, and is similar to nothing: 0.
 *
 * <p>Holds a second copy of the embeddings. Immutable and safe from many threads at once.
 */
public final class Neighbours {
  /**
   * Rows that lie side by side, value by value: the innermost loop then adds up so many sums, each
   * in the order of the values, which a compiler may do several at a time without changing a bit.
   */
  private static final int SIDE_BY_SIDE = 64;

  /** How many embeddings are compared with a block while the processor has it at hand. */
  private static final int AT_ONCE = 16;

  private final Embeddings embeddings;
  private final float[][] blocks;

  private Neighbours(Embeddings embeddings) {
    this.embeddings = embeddings;
    int width = embeddings.dimension();
    this.blocks = new float[(embeddings.size() + SIDE_BY_SIDE - 1) / SIDE_BY_SIDE][];
    for (int block = 0; block < blocks.length; block++) {
      float[] values = new float[width * SIDE_BY_SIDE];
      int first = block * SIDE_BY_SIDE;
      for (int i = first; i < Math.min(embeddings.size(), first + SIDE_BY_SIDE); i++) {
        float[] unit = unit(embeddings.values(i));
        for (int k = 0; k < width; k++) {
          values[k * SIDE_BY_SIDE + i - first] = unit[k];
        }
      }
      blocks[block] = values;
    }
  }

  /**
   * Prepares a search.
   *
   * @param embeddings among which to search
   * @return the search
   */
  public static Neighbours among(Embeddings embeddings) {
    return new Neighbours(embeddings);
  }

  /**
   * What is searched.
   *
   * @return as given
   */
  public Embeddings embeddings() {
    return embeddings;
  }

  /**
   * The photographs that resemble one the most.
   *
   * @param embedding of the network that made those searched, such as {@code
   *     Predictor.embedding(photo)}
   * @param k how many, at least 1; where there are fewer, all are given
   * @return the most similar first
   * @throws IllegalArgumentException if the embedding has another number of values, or one that is
   *     no number, or k is not positive
   */
  public List<Neighbour> nearest(float[] embedding, int k) {
    checkCount(k);
    checkArgument(
        embedding.length == embeddings.dimension(),
        "embedding: %s values, those searched have %s: is it of the same network?",
        embedding.length,
        embeddings.dimension());
    for (float value : embedding) {
      checkArgument(Float.isFinite(value), "embedding holds a value that is no number: %s", value);
    }
    return search(List.of(new Query(unit(embedding), -1, null)), k).get(0);
  }

  /**
   * The photographs that resemble one of those searched the most, without itself.
   *
   * @param index its place, from 0
   * @param k how many, at least 1; where there are fewer, all are given
   * @return the most similar first; a copy of the photograph is among them
   * @throws IndexOutOfBoundsException if there is no such place
   * @throws IllegalArgumentException if k is not positive
   */
  public List<Neighbour> nearestTo(int index, int k) {
    checkCount(k);
    return search(List.of(query(index)), k).get(0);
  }

  /**
   * The photographs that resemble one of those searched the most, without itself.
   *
   * @param id the photograph's id
   * @param k how many, at least 1; where there are fewer, all are given
   * @return the most similar first; a copy of the photograph is among them
   * @throws IllegalArgumentException if no photograph has the id, or several have; or k is not
   *     positive
   */
  public List<Neighbour> nearestTo(String id, int k) {
    return nearestTo(embeddings.index(id), k);
  }

  /**
   * For each of other photographs those that resemble it the most.
   *
   * @param others embeddings of the network that made those searched
   * @param k how many, at least 1; where there are fewer, all are given
   * @return for each of the others, in their order, the most similar first
   * @throws dev.dogvision.MismatchException if the others are of another network
   * @throws IllegalArgumentException if k is not positive
   */
  public List<List<Neighbour>> nearestToEach(Embeddings others, int k) {
    checkCount(k);
    embeddings.checkSameNetwork(others);
    return search(
        IntStream.range(0, others.size())
            .mapToObj(i -> new Query(unit(others.values(i)), -1, null))
            .toList(),
        k);
  }

  /**
   * For some of the photographs searched those that resemble each the most, without itself.
   *
   * @param indices their places, from 0
   * @param k how many, at least 1; where there are fewer, all are given
   * @return for each of them, in their order, the most similar first
   * @throws IndexOutOfBoundsException if there is no such place
   * @throws IllegalArgumentException if k is not positive
   */
  public List<List<Neighbour>> nearestToEach(List<Integer> indices, int k) {
    checkCount(k);
    return search(indices.stream().map(this::query).toList(), k);
  }

  /**
   * For some of the photographs searched those of one label that resemble each the most, without
   * itself.
   *
   * @param indices their places, from 0
   * @param label the label of what is searched for
   * @param k how many, at least 1; where there are fewer, all are given
   */
  List<List<Neighbour>> nearestOf(List<Integer> indices, String label, int k) {
    BitSet among = new BitSet();
    for (int i = 0; i < embeddings.size(); i++) {
      if (embeddings.label(i).filter(label::equals).isPresent()) {
        among.set(i);
      }
    }
    return search(
        indices.stream().map(i -> new Query(unit(embeddings.values(i)), i, among)).toList(), k);
  }

  private static void checkCount(int k) {
    checkArgument(k >= 1, "k must be at least 1, got %s", k);
  }

  private Query query(int index) {
    return new Query(unit(embeddings.values(index)), index, null);
  }

  /**
   * A direction, the place that is not to be found, -1 for none, and the places that may be, null
   * for all.
   */
  @SuppressWarnings("ArrayRecordComponent") // made once, never compared
  private record Query(float[] unit, int without, @Nullable BitSet among) {
    boolean wants(int row) {
      return row != without && (among == null || among.get(row));
    }
  }

  private List<List<Neighbour>> search(List<Query> queries, int k) {
    int kept = Math.min(k, embeddings.size());
    int groups = (queries.size() + AT_ONCE - 1) / AT_ONCE;
    IntStream all = IntStream.range(0, groups);
    return (groups > 1 ? all.parallel() : all)
        .mapToObj(
            group ->
                searchOnce(
                    queries.subList(
                        group * AT_ONCE, Math.min(queries.size(), (group + 1) * AT_ONCE)),
                    kept))
        .flatMap(List::stream)
        .toList();
  }

  private List<List<Neighbour>> searchOnce(List<Query> queries, int kept) {
    List<Best> best = new ArrayList<>();
    queries.forEach(query -> best.add(new Best(kept)));
    float[] sums = new float[SIDE_BY_SIDE];
    for (int block = 0; block < blocks.length; block++) {
      int first = block * SIDE_BY_SIDE;
      int rows = Math.min(SIDE_BY_SIDE, embeddings.size() - first);
      for (int q = 0; q < queries.size(); q++) {
        Query query = queries.get(q);
        multiply(blocks[block], query.unit(), sums);
        for (int row = 0; row < rows; row++) {
          if (query.wants(first + row)) {
            best.get(q).see(first + row, sums[row]);
          }
        }
      }
    }
    return best.stream().map(found -> found.neighbours(embeddings)).toList();
  }

  private static void multiply(float[] block, float[] unit, float[] sums) {
    Arrays.fill(sums, 0);
    for (int k = 0; k < unit.length; k++) {
      float value = unit[k];
      int start = k * SIDE_BY_SIDE;
      for (int row = 0; row < SIDE_BY_SIDE; row++) {
        sums[row] += value * block[start + row];
      }
    }
  }

  private static float[] unit(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    double length = Math.sqrt(squares);
    float[] unit = new float[values.length];
    for (int i = 0; length > 0 && i < unit.length; i++) {
      unit[i] = (float) (values[i] / length);
    }
    return unit;
  }

  /** The most similar so far, the best first. Rows come in ascending order. */
  private static final class Best {
    private final int[] rows;
    private final float[] similarities;
    private int count;

    Best(int kept) {
      rows = new int[kept];
      similarities = new float[kept];
    }

    void see(int row, float similarity) {
      if (count == rows.length && (count == 0 || similarity <= similarities[count - 1])) {
        return; // as similar as the last is not enough: that one came earlier
      }
      int place = count < rows.length ? count++ : count - 1;
      while (place > 0 && similarities[place - 1] < similarity) {
        rows[place] = rows[place - 1];
        similarities[place] = similarities[place - 1];
        place--;
      }
      rows[place] = row;
      similarities[place] = similarity;
    }

    List<Neighbour> neighbours(Embeddings embeddings) {
      ImmutableList.Builder<Neighbour> neighbours = ImmutableList.builder();
      for (int i = 0; i < count; i++) {
        neighbours.add(
            new Neighbour(
                rows[i],
                embeddings.id(rows[i]),
                embeddings.label(rows[i]).orElse(null),
                Math.max(-1, Math.min(1, similarities[i])))); // rounding may pass by a bit
      }
      return neighbours.build();
    }
  }

  @Override
  public String toString() {
    return "Neighbours among " + embeddings;
  }
}
