package dev.dogvision.tensorboard;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;

/**
 * A protobuf message that is put together from field numbers. TensorFlow publishes classes for the
 * few messages of an event file in a jar of two thousand classes of an old protobuf release, and
 * nobody publishes any for those of the hyper-parameters.
 */
final class ProtobufMessage {
  private final UnknownFieldSet.Builder fields = UnknownFieldSet.newBuilder();

  @CanIgnoreReturnValue
  ProtobufMessage whole(int number, long value) {
    return add(number, Field.newBuilder().addVarint(value));
  }

  @CanIgnoreReturnValue
  ProtobufMessage float32(int number, float value) {
    return add(number, Field.newBuilder().addFixed32(Float.floatToRawIntBits(value)));
  }

  @CanIgnoreReturnValue
  ProtobufMessage float64(int number, double value) {
    return add(number, Field.newBuilder().addFixed64(Double.doubleToRawLongBits(value)));
  }

  @CanIgnoreReturnValue
  ProtobufMessage text(int number, String value) {
    return bytes(number, ByteString.copyFromUtf8(value));
  }

  @CanIgnoreReturnValue
  ProtobufMessage bytes(int number, ByteString value) {
    return add(number, Field.newBuilder().addLengthDelimited(value));
  }

  /** Adds a message; of a field that repeats, one more. */
  @CanIgnoreReturnValue
  ProtobufMessage message(int number, ProtobufMessage value) {
    return bytes(number, value.toByteString());
  }

  @CanIgnoreReturnValue
  private ProtobufMessage add(int number, Field.Builder field) {
    fields.mergeField(number, field.build());
    return this;
  }

  ByteString toByteString() {
    return fields.build().toByteString();
  }
}
