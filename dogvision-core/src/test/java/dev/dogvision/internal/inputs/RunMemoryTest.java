package dev.dogvision.internal.inputs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.dogvision.spi.Tensor;
import org.junit.jupiter.api.Test;

class RunMemoryTest {
  private static float[] row(int length) {
    return new float[length];
  }

  @Test
  void keeps_rows_by_part_and_content() {
    RunMemory memory = new RunMemory(1000);
    float[] row = row(10);

    assertThat(memory.knows("backbone")).isFalse();
    assertThat(memory.put("backbone", "a", row)).isTrue();

    assertThat(memory.knows("backbone")).isTrue();
    assertThat(memory.get("backbone", "a")).isSameAs(row);
    assertThat(memory.get("backbone", "b")).isNull();
    assertThat(memory.get("other", "a")).isNull();
  }

  @Test
  void keeps_within_its_budget() {
    RunMemory memory = new RunMemory(100); // 25 values

    assertThat(memory.put("backbone", "a", row(10))).isTrue();
    assertThat(memory.put("backbone", "b", row(10))).isTrue();
    assertThat(memory.put("backbone", "c", row(10))).isFalse();
    assertThat(memory.put("backbone", "b", row(10))).as("in its own place").isTrue();
    assertThat(memory.put("backbone", "d", row(5))).isTrue();

    assertThat(memory.get("backbone", "c")).isNull();
    assertThat(memory.get("backbone", "a")).isNotNull();
  }

  @Test
  void rows_of_other_parts_make_room_those_not_asked_for_longest_first() {
    RunMemory memory = new RunMemory(100);
    memory.put("old", "a", row(10));
    memory.put("older", "a", row(10));
    assertThat(memory.get("old", "a")).isNotNull(); // asked for since

    memory.put("new", "a", row(10));

    assertThat(memory.get("older", "a")).isNull();
    assertThat(memory.get("old", "a")).isNotNull();
    assertThat(memory.get("new", "a")).isNotNull();
  }

  @Test
  void tensors_are_told_apart_by_their_values() {
    RunMemory memory = new RunMemory(0);

    assertThat(hash(memory, Tensor.of(new float[] {1, 2}, 2)))
        .isEqualTo(hash(memory, Tensor.of(new float[] {1, 2}, 2)))
        .isNotEqualTo(hash(memory, Tensor.of(new float[] {1, 3}, 2)));
  }

  private static String hash(RunMemory memory, Tensor tensor) {
    Hasher hasher = Hashing.sha256().newHasher();
    memory.putTensor(hasher, tensor);
    return hasher.hash().toString();
  }
}
