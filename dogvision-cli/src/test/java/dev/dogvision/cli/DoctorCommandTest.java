package dev.dogvision.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dogvision.cli.Finding.Level;
import dev.dogvision.data.Labels;
import dev.dogvision.predict.Prediction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is there, what is wrong, what to do. */
class DoctorCommandTest {
  @TempDir Path root;

  private void file(String name, String content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private Finding only(String topic) {
    List<Finding> findings = new ArrayList<>();
    new Doctor(new Machine(root)).examine(Set.of(topic), findings::add);
    assertThat(findings).hasSize(1);
    return findings.get(0);
  }

  @Test
  void finds_engines_models_and_libraries_here() {
    Executed told = Executed.run("doctor");

    assertThat(told.errors()).isEmpty();
    assertThat(told.out())
        .contains("fine   engines    ONNX Runtime (")
        .contains("fine   engines    PyTorch through DJL (")
        .contains("fine   models     accurate (")
        .contains("fine   models     fast (");
    if (OS.LINUX.isCurrentOs()) {
      assertThat(told.out()).contains("libtorch_cpu.so", "libonnxruntime.so");
    }
    assertThat(told.code()).isEqualTo(told.out().contains("\nwrong ") ? 1 : 0);
  }

  @Test
  void json_has_all_findings() {
    Executed told = Executed.run("doctor", "--json");

    JsonObject object = JsonParser.parseString(told.out()).getAsJsonObject();
    assertThat(told.lines()).hasSize(1);
    assertThat(object.get("fine").getAsBoolean()).isEqualTo(told.code() == 0);
    assertThat(object.getAsJsonArray("findings"))
        .extracting((JsonElement one) -> one.getAsJsonObject().get("topic").getAsString())
        .contains("java", "system", "memory", "caches", "engines", "devices", "models");
  }

  @Test
  void an_alpine_image_is_the_wrong_one() throws IOException {
    file("proc/self/maps", "7f00-7f01 r-xp 0 0:1 2   /lib/ld-musl-x86_64.so.1\n");

    Finding system = only("system");
    assertThat(system.level()).isEqualTo(Level.WRONG);
    assertThat(system.text()).contains("musl");
    assertThat(system.advice()).contains("glibc");
  }

  @Test
  void a_heap_beyond_the_containers_limit_gets_the_process_killed() throws IOException {
    file("sys/fs/cgroup/memory.max", "104857600\n");
    file("proc/meminfo", "MemTotal:       16384000 kB\nMemFree: 1 kB\n");

    Finding memory = only("memory");
    assertThat(memory.level()).isEqualTo(Level.WRONG);
    assertThat(memory.text()).contains("of 16,000 MB", "the container's limit 100 MB");
    assertThat(memory.advice()).contains("MaxRAMPercentage");
  }

  @Test
  void no_limit_is_none() throws IOException {
    file("sys/fs/cgroup/memory.max", "max\n");
    assertThat(new Machine(root).memoryLimit()).isEmpty();
    file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assertThat(new Machine(root).memoryLimit()).isEmpty();
  }

  @Test
  void a_gpu_that_no_engine_can_use_is_worth_a_note() throws IOException {
    file("proc/driver/nvidia/version", "NVRM version: 550\n");

    Finding devices = only("devices");
    if (!devices.text().contains("cuda")) {
      assertThat(devices.level()).isEqualTo(Level.NOTE);
      assertThat(devices.text()).contains("no engine can use");
    }
  }

  @Test
  void knows_where_programs_may_not_run() throws IOException {
    file(
        "proc/self/mounts",
        """
        /dev/a / ext4 rw,relatime 0 0
        tmpfs /tmp tmpfs rw,nosuid,noexec 0 0
        tmpfs /tmp/here tmpfs rw 0 0
        """);
    Machine machine = new Machine(root);

    assertThat(machine.forbidsPrograms(Path.of("/tmp/x"))).isTrue();
    assertThat(machine.forbidsPrograms(Path.of("/tmp/here/x"))).isFalse();
    assertThat(machine.forbidsPrograms(Path.of("/tmpx"))).isFalse();
    assertThat(machine.forbidsPrograms(Path.of("/home"))).isFalse();
  }

  @Test
  void modules_of_different_versions_are_told() {
    assertThat(Doctor.versions("1", Map.of("dogvision-core", List.of("1"))).level())
        .isEqualTo(Level.FINE);
    Finding mixed = Doctor.versions("2", Map.of("dogvision-core", List.of("1", "2")));
    assertThat(mixed.level()).isEqualTo(Level.WRONG);
    assertThat(mixed.text()).isEqualTo("DogVision 2 with dogvision-core 1 and 2");
  }

  @Test
  void engines_that_disagree_are_told() {
    Labels labels = Labels.of("chow", "pug");
    Prediction one = Prediction.of(labels, new float[] {1, 2});
    Prediction same = Prediction.of(labels, new float[] {1.001f, 2});
    Prediction other = Prediction.of(labels, new float[] {2, 1});

    assertThat(Doctor.disagreement(Map.of("a", one))).isNull();
    assertThat(Doctor.disagreement(Map.of("a", one, "b", same))).isNull();
    assertThat(Doctor.disagreement(ImmutableMap.of("a", one, "b", other)))
        .contains("gives chow a probability of 0.2689", "of 0.7311");
  }
}
