package dev.dogvision.site;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Marks comments, texts, words of the language and numbers in code. */
final class CodeColours {
  private static final String TEXTS =
      "(?<text>\"(?:[^\"\\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\\n]|\\\\.)+')";
  private static final String NUMBERS =
      "(?<number>\\b\\d[\\d_]*(?:\\.\\d+)?(?:[eE][-+]?\\d+)?[fLd]?\\b)";
  private static final Pattern JAVA =
      Pattern.compile(
          "(?<comment>//[^\\n]*|/\\*.*?\\*/)|"
              + TEXTS
              + "|(?<word>\\b(?:abstract|boolean|break|byte|case|catch|class|continue|default|do|double"
              + "|else|enum|extends|false|final|finally|float|for|if|implements|import|instanceof|int"
              + "|interface|long|new|null|package|private|protected|public|record|return|static|super"
              + "|switch|this|throw|throws|true|try|var|void|while)\\b)|"
              + NUMBERS,
          Pattern.DOTALL);
  private static final Pattern PYTHON =
      Pattern.compile(
          "(?<comment>#[^\\n]*)|"
              + TEXTS
              + "|(?<word>\\b(?:as|def|else|False|for|from|if|import|in|lambda|None|not|return|True"
              + "|with)\\b)|"
              + NUMBERS);
  private static final Pattern XML =
      Pattern.compile(
          "(?<comment><!--.*?-->)|(?<text>\"[^\"\\n]*\")|(?<word></?[\\w.:-]+|/?>)|(?<number>(?!))",
          Pattern.DOTALL);
  private static final Pattern SHELL =
      Pattern.compile(
          "(?<comment>(?m:^|\\s)#[^\\n]*)|"
              + TEXTS
              + "|(?<word>(?m:^)(?:mvn|java|docker|curl|git)\\b)"
              + "|(?<number>(?!))");

  private CodeColours() {}

  /**
   * The code as HTML.
   *
   * @param language as a fence names it; empty where it names none
   */
  static String html(String code, String language) {
    Pattern pattern = pattern(language);
    if (pattern == null) {
      return escape(code);
    }
    StringBuilder html = new StringBuilder();
    Matcher matcher = pattern.matcher(code);
    int done = 0;
    while (matcher.find()) {
      html.append(escape(code.substring(done, matcher.start())))
          .append("<span class=\"")
          .append(kind(matcher))
          .append("\">")
          .append(escape(matcher.group()))
          .append("</span>");
      done = matcher.end();
    }
    return html.append(escape(code.substring(done))).toString();
  }

  private static @Nullable Pattern pattern(String language) {
    return switch (language) {
      case "java", "kotlin", "groovy", "javascript", "js" -> JAVA;
      case "python", "py", "yaml", "properties" -> PYTHON;
      case "xml", "html" -> XML;
      case "", "sh", "bash", "console" -> SHELL;
      default -> null;
    };
  }

  private static String kind(Matcher matcher) {
    for (String kind : new String[] {"comment", "text", "word"}) {
      if (matcher.group(kind) != null) {
        return "c-" + kind;
      }
    }
    return "c-number";
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
