package dev.dogvision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.EngineNotFoundException.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ExceptionsTest {

  /** Frameworks that compute on several machines send exceptions from one to another. */
  @Test
  void what_they_say_survives_the_way_to_another_jvm() throws Exception {
    Device gpu = new Device("cuda", 1);
    DeviceNotFoundException device =
        copy(new DeviceNotFoundException(gpu, "E", List.of(Device.CPU), "message"));
    assertThat(device).hasMessage("message");
    assertThat(device.device()).isEqualTo(gpu);
    assertThat(device.engine()).isEqualTo("E");
    assertThat(device.available()).containsExactly(Device.CPU);

    EngineNotFoundException engine =
        copy(new EngineNotFoundException(Reason.FAILED, List.of("E"), "message", null));
    assertThat(engine.reason()).isEqualTo(Reason.FAILED);
    assertThat(engine.found()).containsExactly("E");

    assertThat(copy(new ModelNotFoundException("m", "message")).source()).isEqualTo("m");
    assertThat(copy(new DamagedFileException("f", "message")).file()).isEqualTo("f");
    assertThat(copy(new MismatchException("w", "message")).source()).isEqualTo("w");
  }

  @SuppressWarnings("unchecked")
  private static <E extends DogVisionException> E copy(E exception) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(exception);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (E) in.readObject();
    }
  }
}
