package dev.dogvision.report;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes HTML whose every text and attribute is escaped, so that a label such as {@code <script>}
 * is shown and never run. Elements are closed in the order they were opened.
 */
final class HtmlWriter {
  private final StringBuilder html = new StringBuilder("<!DOCTYPE html>\n");
  private final Deque<String> open = new ArrayDeque<>();

  /** Opens an element; attributes are names and values in turn. */
  @CanIgnoreReturnValue
  HtmlWriter start(String tag, Object... attributes) {
    tag(tag, attributes);
    open.push(tag);
    return this;
  }

  @CanIgnoreReturnValue
  HtmlWriter end(String tag) {
    checkState(tag.equals(open.peek()), "%s is open, not %s", open.peek(), tag);
    open.pop();
    html.append("</").append(tag).append('>');
    return this;
  }

  /** An element that has no content and no end, such as {@code img}. */
  @CanIgnoreReturnValue
  HtmlWriter empty(String tag, Object... attributes) {
    tag(tag, attributes);
    return this;
  }

  /** An element that holds a text. */
  @CanIgnoreReturnValue
  HtmlWriter element(String tag, String text, Object... attributes) {
    return start(tag, attributes).text(text).end(tag);
  }

  @CanIgnoreReturnValue
  HtmlWriter text(String text) {
    escape(text);
    return this;
  }

  /**
   * A breed's name, kept apart from the text around it so that one that is written from right to
   * left turns nothing else around.
   */
  @CanIgnoreReturnValue
  HtmlWriter label(String label) {
    return element("bdi", TextDrawing.readable(label));
  }

  @CanIgnoreReturnValue
  HtmlWriter line() {
    html.append('\n');
    return this;
  }

  /** Our own style or script, which is not escaped. */
  @CanIgnoreReturnValue
  HtmlWriter trusted(String tag, String content) {
    html.append('<').append(tag).append('>').append(content);
    html.append("</").append(tag).append(">\n");
    return this;
  }

  /** What a script of ours reads. JSON has a way to write each character that would end it. */
  @CanIgnoreReturnValue
  HtmlWriter data(String id, JsonElement json) {
    start("script", "type", "application/json", "id", id);
    html.append(new Gson().toJson(json)); // which escapes < and &
    return end("script").line();
  }

  private void tag(String tag, Object... attributes) {
    checkArgument(attributes.length % 2 == 0, "%s has an attribute without a value", tag);
    html.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      html.append(' ').append(attributes[i]).append("=\"");
      escape(attributes[i + 1].toString());
      html.append('"');
    }
    html.append('>');
  }

  private void escape(String text) {
    text.codePoints()
        .forEach(
            point -> {
              switch (point) {
                case '&' -> html.append("&amp;");
                case '<' -> html.append("&lt;");
                case '>' -> html.append("&gt;");
                case '"' -> html.append("&quot;");
                case '\'' -> html.append("&#39;");
                default ->
                    // HTML has no way to write most control characters or half a surrogate pair.
                    html.appendCodePoint(
                        (Character.isISOControl(point) && point != '\n' && point != '\t')
                                || (point >= Character.MIN_SURROGATE
                                    && point <= Character.MAX_SURROGATE)
                            ? 0xfffd
                            : point);
              }
            });
  }

  @Override
  public String toString() {
    checkState(open.isEmpty(), "still open: %s", open);
    return html.toString();
  }
}
