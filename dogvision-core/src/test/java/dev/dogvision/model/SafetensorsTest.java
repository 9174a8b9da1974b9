package dev.dogvision.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.model.Safetensors.ElementType;
import dev.dogvision.spi.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  private static final String BROKEN = "x is not a readable safetensors file: ";

  private static byte[] file(String header, int dataLength) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + dataLength)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  private static Safetensors sample() {
    return Safetensors.builder()
        .metadata("architecture", "tiny \"net\" \u00e9")
        .add("pixels", new byte[] {0, 1, (byte) 255}, 3)
        .add("half", Tensor.of(new float[] {1, -0.5f, 65504}, 3), ElementType.F16)
        .add("matrix", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3))
        .add("scalar", Tensor.of(new float[] {7}))
        .add("empty", Tensor.of(new float[0], 0, 5))
        .build();
  }

  @Test
  void reads_what_it_wrote(@TempDir Path folder) {
    Path file = folder.resolve("deep/x.safetensors");
    sample().write(file);

    Safetensors read = Safetensors.read(file);

    assertThat(read.names()).containsExactly("matrix", "scalar", "empty", "half", "pixels");
    assertThat(read.metadata()).containsOnlyKeys("architecture");
    assertThat(read.metadata()).containsValue("tiny \"net\" \u00e9");
    assertThat(read.tensor("matrix")).isEqualTo(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    assertThat(read.tensor("scalar")).isEqualTo(Tensor.of(new float[] {7}));
    assertThat(read.tensor("empty")).isEqualTo(Tensor.of(new float[0], 0, 5));
    assertThat(read.tensor("half")).isEqualTo(Tensor.of(new float[] {1, -0.5f, 65504}, 3));
    assertThat(read.tensor("pixels")).isEqualTo(Tensor.of(new float[] {0, 1, 255}, 3));
    assertThat(read.bytes("pixels")).containsExactly(0, 1, 255);
    assertThat(read.type("half")).isEqualTo(ElementType.F16);
    assertThat(read.shape("matrix")).containsExactly(2, 3);
    assertThat(folder.resolve("deep").toFile().list()).containsExactly("x.safetensors");
  }

  @Test
  void writes_the_same_bytes_every_time_and_after_reading() {
    byte[] first = sample().toBytes();

    assertThat(sample().toBytes()).isEqualTo(first);
    assertThat(Safetensors.read(first, "x").toBytes()).isEqualTo(first);
    assertThat(ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8).isZero();
  }

  @Test
  void reads_wider_types_as_float32() {
    byte[] content =
        file(
            "{\"d\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},"
                + "\"l\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[8,16]},"
                + "\"i\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[16,20]},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[1,1],\"data_offsets\":[20,22]}}",
            22);
    ByteBuffer data = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    data.position(content.length - 22);
    data.putDouble(0.25).putLong(-3).putInt(9).putShort((short) 0x3fc0);

    Safetensors read = Safetensors.read(content, "x");

    assertThat(read.tensors().values())
        .containsExactly(
            Tensor.of(new float[] {0.25f}, 1),
            Tensor.of(new float[] {-3}, 1),
            Tensor.of(new float[] {9}),
            Tensor.of(new float[] {1.5f}, 1, 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}x|0|its header is not the JSON expected: malformed JSON at line 1 column 4 path $",
        "[]|0|its header does not begin with {",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|3|it is truncated: tensor"
            + " \"a\" needs bytes 0 to 4 after the header, which end at 3",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|5|bytes follow its last"
            + " tensor, which ends at 4",
        "{\"a\":{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[0,8]}}|8|tensor \"a\" has the"
            + " dtype \"C64\", expected one of [F64, I64, F32, I32, F16, BF16, U8]",
        "{\"a\":{\"dtype\":3,\"shape\":[1],\"data_offsets\":[0,8]}}|8|tensor \"a\" has the dtype"
            + " \"\", expected one of [F64, I64, F32, I32, F16, BF16, U8]",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,1]}}|1|tensor \"a\" of type U8"
            + " and shape [2] needs 2 bytes, its data_offsets are 0 to 1",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,0]}}|2|tensor \"a\" of type U8"
            + " and shape [2] needs 2 bytes, its data_offsets are 2 to 0",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}|2|tensor \"a\" begins at 1,"
            + " but the header ends at 0: tensors must follow each other without gap or overlap",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},\"b\":{\"dtype\":\"U8\","
            + "\"shape\":[2],\"data_offsets\":[1,3]}}|3|tensor \"b\" begins at 1, but tensor \"a\""
            + " ends at 2: tensors must follow each other without gap or overlap",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{\"dtype\":\"U8\","
            + "\"shape\":[0],\"data_offsets\":[0,0]}}|0|its header has \"a\" twice",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[999999999,999999999],\"data_offsets\":[0,1]}}|1|tensor"
            + " \"a\" of shape [999999999, 999999999] is larger than 2 GB",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[-1],\"data_offsets\":[0,1]}}|1|tensor \"a\": shape must"
            + " be at most 16 whole numbers from 0 to 10^18",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1.0],\"data_offsets\":[0,1]}}|1|tensor \"a\": shape must"
            + " be at most 16 whole numbers from 0 to 10^18",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[\"1\"],\"data_offsets\":[0,1]}}|1|tensor \"a\": shape"
            + " must be at most 16 whole numbers from 0 to 10^18",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,2]}}|1|tensor \"a\":"
            + " data_offsets must be at most 2 whole numbers from 0 to 10^18",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}|1|tensor \"a\" needs dtype, shape and two"
            + " data_offsets",
        "{\"a\":{\"dtype\":\"U8\",\"strides\":[1]}}|1|tensor \"a\" has an unknown \"strides\"",
        "{\"__metadata__\":{\"epochs\":3}}|0|__metadata__: \"epochs\" is not a string",
        "{\"__metadata__\":{\"e\":\"\",\"e\":\"\"}}|0|__metadata__ has \"e\" twice",
      })
  void should_fail_saying_why(String header, int dataLength, String message) {
    assertThatThrownBy(() -> Safetensors.read(file(header, dataLength), "x"))
        .isInstanceOf(DamagedFileException.class)
        .hasMessage(BROKEN + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":NaN}|in tensor \"a\"",
        "{\"a\":null}|in tensor \"a\"",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[NaN],\"data_offsets\":[0,1]}}|in tensor \"a\"",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":1}}|in tensor \"a\"",
        "{\"__metadata__\":[]}|in __metadata__",
        "{a:1}|",
        "{\"a\"|in tensor \"a\"",
        "{//}|",
      })
  void should_fail_if_the_header_is_not_the_json_expected(String header, String where) {
    assertThatThrownBy(() -> Safetensors.read(file(header, 1), "x"))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageStartingWith(
            BROKEN
                + "its header is not the JSON expected"
                + (where == null ? "" : " " + where)
                + ": ");
  }

  @Test
  void should_fail_if_the_file_ends_early_or_claims_too_much() {
    assertThatThrownBy(() -> Safetensors.read(new byte[5], "x"))
        .hasMessage(
            BROKEN + "it ends after 5 bytes, within the 8 bytes that hold the header's length");
    assertThatThrownBy(() -> Safetensors.read(file("{}", 0), "x").tensor("a"))
        .hasMessage("x has no tensor \"a\"; it has ");
    byte[] lying = {-1, -1, -1, -1, -1, -1, -1, -1};
    assertThatThrownBy(() -> Safetensors.read(lying, "x"))
        .hasMessage(
            BROKEN + "its header claims 18446744073709551615 bytes, expected 2 to 16777216");
    byte[] truncated = Arrays.copyOf(sample().toBytes(), 40);
    assertThatThrownBy(() -> Safetensors.read(truncated, "x"))
        .hasMessageStartingWith(BROKEN + "it is truncated: 32 of the header's ");
    byte[] notUtf8 = file("{}    ", 0);
    notUtf8[10] = (byte) 0xff;
    assertThatThrownBy(() -> Safetensors.read(notUtf8, "x"))
        .hasMessage(BROKEN + "its header is not UTF-8");
  }

  @Test
  void should_fail_if_there_is_no_file(@TempDir Path folder) {
    Path file = folder.resolve("none.safetensors");
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(DogVisionException.class)
        .hasMessage(file + " can't be read: java.nio.file.NoSuchFileException: " + file);
    assertThatThrownBy(() -> Safetensors.read(folder))
        .hasMessage(folder + " is a folder; a .safetensors file was expected in its place");
  }

  @Test
  void never_reads_an_endless_stream_to_its_end() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 0;
          }
        };
    assertThatThrownBy(() -> Safetensors.read(endless, "x"))
        .hasMessage(BROKEN + "its header claims 0 bytes, expected 2 to 16777216");
  }

  @Test
  void a_claim_of_two_gigabytes_costs_nothing() {
    byte[] content =
        file(
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[2000000000],\"data_offsets\":[0,2000000000]}}", 9);
    assertThatThrownBy(() -> Safetensors.read(new ByteArrayInputStream(content), "x"))
        .hasMessage(
            BROKEN
                + "it is truncated: tensor \"a\" needs bytes 0 to 2000000000 after the header, which"
                + " end at 9");
  }

  @Test
  void refuses_to_write_what_could_not_be_read() {
    Safetensors.Builder builder = Safetensors.builder();
    assertThatThrownBy(() -> builder.add("w", Tensor.of(new float[] {65520}, 1), ElementType.F16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "tensor \"w\" holds 65520.0, too large for half precision (65504): write it as F32");
    assertThatThrownBy(() -> builder.add("w", Tensor.of(new float[1], 1), ElementType.F64))
        .hasMessage("tensor \"w\": type must be F32, F16 or U8 to be written, got F64");
    assertThatThrownBy(() -> builder.add("w", new byte[3], 2))
        .hasMessage("tensor \"w\": shape [2] does not hold 3 values");
    builder.add("v", Tensor.of(new float[1], 1)).metadata("a", "b");
    assertThatThrownBy(() -> builder.add("v", Tensor.of(new float[1], 1)))
        .hasMessage("tensor \"v\" is added twice");
    assertThatThrownBy(() -> builder.metadata("a", "c")).hasMessage("metadata \"a\" is set twice");
    assertThatThrownBy(() -> builder.add("__metadata__", Tensor.of(new float[1], 1)))
        .hasMessage("a tensor can't be named \"__metadata__\"");
  }

  @Test
  void no_input_gives_anything_but_its_content_or_a_dogvision_exception() {
    byte[] good = sample().toBytes();
    SplittableRandom random = new SplittableRandom(20_240_607L);
    List<String> pieces =
        List.of(
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "-",
            "e9",
            "NaN",
            "null",
            "0",
            "18446744073709551616");
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] mutated =
          random.nextInt(4) == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
      int changes = random.nextInt(5);
      for (int change = 0; change < changes && mutated.length > 0; change++) {
        int at = random.nextInt(mutated.length);
        if (random.nextBoolean()) {
          mutated[at] = (byte) random.nextInt(256);
        } else {
          byte[] piece =
              pieces.get(random.nextInt(pieces.size())).getBytes(StandardCharsets.US_ASCII);
          System.arraycopy(piece, 0, mutated, at, Math.min(piece.length, mutated.length - at));
        }
      }
      try {
        Safetensors content = Safetensors.read(mutated, "x");
        var unusedTensors = content.tensors();
        var unusedBytes = content.toBytes();
        read++;
      } catch (DogVisionException e) {
        assertThat(e).hasMessageStartingWith("x ");
      }
    }
    assertThat(read).as("some mutations are harmless").isPositive();
  }

  @Test
  void reads_the_golden_file() throws Exception {
    Path file =
        Path.of(
            System.getProperty("dogvision.shared", "../shared"),
            "weights/golden/forward.safetensors");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.isRegularFile(file), "no golden file here");
    Safetensors golden = Safetensors.read(file);
    assertThat(golden.shape("pixels_nhwc")).containsExactly(2, 224, 224, 3);
    assertThat(golden.tensor("embedding").shape()).containsExactly(2, 1280);
    assertThatCode(() -> Safetensors.read(Files.readAllBytes(file), "x"))
        .doesNotThrowAnyException();
  }

  @Test
  void a_sparse_file_is_refused_by_what_memory_there_is(@TempDir Path folder) throws IOException {
    byte[] header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[500000000],\"data_offsets\":[0,2000000000]}}"
            .getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("sparse.safetensors");
    Files.write(
        file, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
    Files.write(file, header, StandardOpenOption.APPEND);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(8 + header.length + 2_000_000_000L);
    }
    assumeThat(Runtime.getRuntime().maxMemory()).isLessThan(4_000_000_000L);
    String message =
        " has 1,907 MB of weights, too many for Java's heap of [0-9,]+ MB: start Java with a larger"
            + " -Xmx";
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(DogVisionException.class)
        .hasMessageMatching("\\Q" + file + "\\E" + message);
    try (InputStream in = Files.newInputStream(file)) {
      assertThatThrownBy(() -> Safetensors.read(in, "x")).hasMessageMatching("x" + message);
    }
  }

  @Test
  void streamed_tensors_are_the_bytes_that_a_builder_gives() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    float[] values = new float[40_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-2, 2);
    }
    Map<String, Tensor> tensors =
        ImmutableMap.of("b", Tensor.of(values, 200, 200), "a", Tensor.of(new float[] {3}, 1));
    for (ElementType type : List.of(ElementType.F32, ElementType.F16)) {
      Safetensors.Builder builder = Safetensors.builder().metadata("format", "pt");
      tensors.forEach((name, tensor) -> builder.add(name, tensor, type));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      Safetensors.write(out, Map.of("format", "pt"), tensors, name -> type);
      assertThat(out.toByteArray()).isEqualTo(builder.build().toBytes());
    }
  }

  @Test
  void streamed_tensors_may_be_of_several_types() throws IOException {
    Map<String, Tensor> tensors =
        ImmutableMap.of(
            "bytes", Tensor.of(new float[] {0, 7, 255}, 3),
            "numbers", Tensor.of(new float[] {0.5f, -2}, 2));
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    Safetensors.write(
        out, Map.of(), tensors, name -> name.equals("bytes") ? ElementType.U8 : ElementType.F16);

    Safetensors read = Safetensors.read(new ByteArrayInputStream(out.toByteArray()), "x");
    assertThat(read.tensors()).isEqualTo(tensors);
    assertThat(read.type("bytes")).isEqualTo(ElementType.U8);
    assertThat(read.type("numbers")).isEqualTo(ElementType.F16);
  }

  @ParameterizedTest
  @ValueSource(floats = {-1, 0.5f, 256, Float.NaN})
  void fails_if_a_byte_is_none(float value) {
    Map<String, Tensor> tensors = Map.of("bytes", Tensor.of(new float[] {value}, 1));

    assertThatThrownBy(
            () ->
                Safetensors.write(
                    new ByteArrayOutputStream(), Map.of(), tensors, name -> ElementType.U8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "tensor \"bytes\" holds "
                + value
                + ", which is no whole number of 0..255: write it as F32");
  }
}
