package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.MismatchException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NeighboursTest {

  private static Embeddings random(int count, int width, long seed) {
    Random random = new Random(seed);
    float[][] rows = new float[count][width];
    for (float[] row : rows) {
      for (int k = 0; k < width; k++) {
        row[k] = (float) random.nextGaussian();
      }
    }
    return embeddings(rows);
  }

  private static Embeddings embeddings(float[]... rows) {
    return Embeddings.of(
        "",
        IntStream.range(0, rows.length).mapToObj(i -> "photo-" + i).toList(),
        Collections.nCopies(rows.length, null),
        rows);
  }

  private static double cosine(float[] first, float[] second) {
    double product = 0;
    double one = 0;
    double other = 0;
    for (int i = 0; i < first.length; i++) {
      product += (double) first[i] * second[i];
      one += (double) first[i] * first[i];
      other += (double) second[i] * second[i];
    }
    return product / Math.sqrt(one * other);
  }

  @Test
  void finds_what_comparing_one_by_one_finds() {
    Embeddings all = random(1000, 37, 1); // no multiple of a block
    Embeddings others = random(50, 37, 2);

    List<List<Neighbour>> found = Neighbours.among(all).nearestToEach(others, 7);

    assertThat(found).hasSize(50);
    for (int i = 0; i < 50; i++) {
      float[] query = others.row(i);
      List<Integer> expected =
          IntStream.range(0, 1000)
              .boxed()
              .sorted(Comparator.comparingDouble(row -> -cosine(query, all.row(row))))
              .limit(7)
              .toList();
      assertThat(found.get(i)).extracting(Neighbour::index).containsExactlyElementsOf(expected);
      assertThat(found.get(i).get(0).similarity())
          .isCloseTo(cosine(query, all.row(expected.get(0))), within(1e-5));
      assertThat(found.get(i).get(0).id()).isEqualTo("photo-" + expected.get(0));
    }
  }

  @Test
  void gives_the_same_bits_alone_and_among_many() {
    Embeddings all = random(300, 64, 3);
    Neighbours neighbours = Neighbours.among(all);
    List<List<Neighbour>> together =
        neighbours.nearestToEach(IntStream.range(0, 300).boxed().toList(), 5);

    for (int i = 0; i < 300; i++) {
      assertThat(neighbours.nearestTo(i, 5)).isEqualTo(together.get(i)).hasSize(5);
      assertThat(together.get(i)).extracting(Neighbour::index).doesNotContain(i);
      assertThat(neighbours.nearest(all.row(i), 1).get(0).index()).isEqualTo(i);
    }
  }

  @Test
  void of_two_that_are_equally_similar_the_earlier_comes_first() {
    float[][] rows = new float[130][];
    Arrays.setAll(rows, i -> new float[] {1 + i % 2, 0}); // two lengths of one direction
    rows[100] = new float[] {0, 1};

    List<Neighbour> nearest = Neighbours.among(embeddings(rows)).nearestTo("photo-64", 129);

    List<Integer> expected = new ArrayList<>(IntStream.range(0, 130).boxed().toList());
    expected.removeAll(List.of(64, 100));
    expected.add(100);
    assertThat(nearest).extracting(Neighbour::index).containsExactlyElementsOf(expected);
    assertThat(nearest.get(0).similarity()).isEqualTo(1);
    assertThat(nearest.get(128).similarity()).isEqualTo(0);
  }

  @Test
  void an_embedding_of_zeros_is_similar_to_nothing() {
    Neighbours neighbours = Neighbours.among(embeddings(new float[] {0, 0}, new float[] {1, 2}));

    assertThat(neighbours.nearest(new float[] {3, 1}, 5))
        .extracting(Neighbour::index)
        .containsExactly(1, 0);
    assertThat(neighbours.nearestTo(0, 1).get(0).similarity()).isEqualTo(0);
  }

  @Test
  void refuses_what_can_not_be_compared() {
    Embeddings all = Embeddings.of("one", List.of("a"), List.of("pug"), new float[][] {{1, 2}});
    Embeddings others =
        Embeddings.of("another", List.of("a"), List.of("pug"), new float[][] {{1, 2}});
    Neighbours neighbours = Neighbours.among(all);

    assertThatThrownBy(() -> neighbours.nearestToEach(others, 1))
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("2 values of one, 2 values of another");
    assertThatThrownBy(() -> neighbours.nearest(new float[3], 1))
        .hasMessage("embedding: 3 values, those searched have 2: is it of the same network?");
    assertThatThrownBy(() -> neighbours.nearest(new float[] {1, Float.NaN}, 1))
        .hasMessageContaining("no number");
    assertThatThrownBy(() -> neighbours.nearestTo(0, 0)).hasMessage("k must be at least 1, got 0");
    assertThatThrownBy(() -> neighbours.nearestTo("aa", 1))
        .hasMessage("id: no photograph of these 1 has the id 'aa'; did you mean a?");
  }

  @Test
  void ten_thousand_are_searched_in_some_milliseconds_of_a_processor() {
    Neighbours neighbours = Neighbours.among(random(10_000, 1280, 5));
    float[] query = neighbours.embeddings().row(7);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long start = threads.getCurrentThreadCpuTime();
      assertThat(neighbours.nearest(query, 5).get(0).index()).isEqualTo(7);
      least = Math.min(least, threads.getCurrentThreadCpuTime() - start);
    }
    assertThat(least / 1e6).isLessThan(60); // 9 where it was measured
  }
}
