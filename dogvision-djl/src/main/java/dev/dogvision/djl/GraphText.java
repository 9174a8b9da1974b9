package dev.dogvision.djl;

import com.google.errorprone.annotations.FormatMethod;
import java.util.Locale;

/** The text of a TorchScript class's methods, as it is written line by line. */
final class GraphText {
  /** ATen's numbers of element types. */
  static final int UINT8 = 0;

  static final int FLOAT16 = 5;
  static final int FLOAT32 = 6;
  static final int FLOAT64 = 7;

  private final StringBuilder text = new StringBuilder();
  private int variables;

  /** Begins a method. */
  void method(String name, String arguments, String result) {
    text.append("  def ").append(name).append("(self: __torch__.Net");
    if (!arguments.isEmpty()) {
      text.append(", ").append(arguments);
    }
    text.append(") -> ").append(result).append(":\n");
    variables = 0;
  }

  /** Writes a line of the method. */
  @FormatMethod
  void line(String format, Object... arguments) {
    text.append("    ").append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  /** Assigns an expression to a new variable and returns that one's name. */
  @FormatMethod
  String assign(String format, Object... arguments) {
    String variable = variable();
    line("%s = %s", variable, String.format(Locale.ROOT, format, arguments));
    return variable;
  }

  /** A name that the method does not use yet. */
  String variable() {
    return "x" + variables++;
  }

  /** A number in TorchScript's notation. */
  static String number(double value) {
    return Double.toString(value).replace('E', 'e');
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
