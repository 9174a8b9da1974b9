import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Checks a folder that {@code mvn -Prelease deploy} published to for all that Maven Central asks for
 * (central.sonatype.org/publish/requirements), and a second folder for the same bytes.
 *
 * <pre>java release/CheckPublished.java FOLDER [SECOND-FOLDER]</pre>
 */
public final class CheckPublished {
  private static final List<String> SUMS = List.of("md5", "sha1");
  private static final List<String> CLASSIFIERS = List.of("", "-sources", "-javadoc");

  private final List<String> problems = new ArrayList<>();
  private final Path folder;

  private CheckPublished(Path folder) {
    this.folder = folder;
  }

  public static void main(String[] arguments) throws Exception {
    CheckPublished check = new CheckPublished(Path.of(arguments[0]));
    int artifacts = check.artifacts();
    System.out.println(artifacts + " artifacts checked in " + arguments[0]);
    if (arguments.length > 1) {
      System.out.println(check.compare(Path.of(arguments[1])) + " files compared, byte by byte");
    }
    check.problems.forEach(problem -> System.err.println("PROBLEM " + problem));
    System.exit(check.problems.isEmpty() && artifacts > 0 ? 0 : 1);
  }

  private List<Path> files(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private int artifacts() throws Exception {
    List<Path> poms = files(folder).stream().filter(file -> file.toString().endsWith(".pom")).toList();
    for (Path pom : poms) {
      check(pom);
    }
    return poms.size();
  }

  private void check(Path pom) throws Exception {
    String base = pom.getFileName().toString().replaceFirst("\\.pom$", "");
    Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile());
    Element project = document.getDocumentElement();
    boolean parent = text(project, "artifactId").endsWith("-parent");
    for (String element :
        List.of(
            "groupId", "artifactId", "version", "name", "description", "url", "licenses/license/name",
            "licenses/license/url", "developers/developer/name", "scm/connection",
            "scm/developerConnection", "scm/url")) {
      if (text(project, element).isBlank()) {
        problems.add(pom + ": no <" + element + ">");
      }
    }
    if (child(project, "parent") != null) {
      problems.add(pom + ": still has a <parent>");
    }
    String whole = Files.readString(pom);
    if (whole.contains("-SNAPSHOT")) {
      problems.add(pom + ": names a snapshot");
    }
    Element dependencies = child(project, "dependencies");
    if (dependencies != null && !parent) {
      for (Element dependency : children(dependencies)) {
        String scope = text(dependency, "scope");
        if (text(dependency, "version").isBlank()) {
          problems.add(pom + ": no version of " + text(dependency, "artifactId"));
        }
        if (scope.equals("test") || scope.equals("system")) {
          problems.add(pom + ": scope " + scope + " of " + text(dependency, "artifactId"));
        }
      }
    }
    signed(pom);
    if (text(project, "packaging").equals("pom")) {
      return;
    }
    for (String classifier : CLASSIFIERS) {
      Path jar = pom.resolveSibling(base + classifier + ".jar");
      if (!Files.isRegularFile(jar)) {
        problems.add("missing: " + jar);
        continue;
      }
      signed(jar);
      try (ZipFile zip = new ZipFile(jar.toFile())) {
        if (zip.stream().allMatch(entry -> entry.getName().startsWith("META-INF/"))
            && !classifier.isEmpty()) {
          problems.add(jar + ": is empty");
        }
        if (classifier.isEmpty() && !namesModule(zip)) {
          problems.add(jar + ": neither module-info nor Automatic-Module-Name");
        }
      }
    }
    Path bill = pom.resolveSibling(base + "-cyclonedx.json");
    if (!Files.isRegularFile(bill)) {
      problems.add("missing: " + bill);
    } else if (!Files.readString(bill).contains("\"bomFormat\"")) {
      problems.add(bill + ": is no CycloneDX bill of materials");
    }
  }

  private static boolean namesModule(ZipFile zip) throws IOException {
    if (zip.getEntry("module-info.class") != null) {
      return true;
    }
    try (InputStream manifest = zip.getInputStream(zip.getEntry("META-INF/MANIFEST.MF"))) {
      return new String(manifest.readAllBytes(), StandardCharsets.UTF_8).contains("Automatic-Module-Name");
    }
  }

  /** That a file has its sums, and a signature, which is verified by whoever calls this program. */
  private void signed(Path file) throws Exception {
    if (!Files.isRegularFile(Path.of(file + ".asc"))) {
      problems.add("not signed: " + file);
    }
    for (String sum : SUMS) {
      Path written = Path.of(file + "." + sum);
      String algorithm = sum.equals("sha1") ? "SHA-1" : sum.toUpperCase(Locale.ROOT);
      byte[] digest = MessageDigest.getInstance(algorithm).digest(Files.readAllBytes(file));
      if (!Files.isRegularFile(written)) {
        problems.add("missing: " + written);
      } else if (!Files.readString(written).strip().startsWith(HexFormat.of().formatHex(digest))) {
        problems.add(written + ": not the sum of " + file.getFileName());
      }
    }
  }

  /** Signatures hold the time they were made at, and so do a repository's own lists. */
  private int compare(Path second) throws IOException {
    Map<Path, Path> first = comparable(folder);
    Map<Path, Path> other = comparable(second);
    for (Path name : first.keySet()) {
      if (!other.containsKey(name)) {
        problems.add("only in the first build: " + name);
      } else if (Files.mismatch(first.get(name), other.get(name)) >= 0) {
        problems.add("two builds, two contents: " + name);
      }
    }
    other.keySet().stream()
        .filter(name -> !first.containsKey(name))
        .forEach(name -> problems.add("only in the second build: " + name));
    return first.size();
  }

  private Map<Path, Path> comparable(Path root) throws IOException {
    Map<Path, Path> found = new TreeMap<>();
    for (Path file : files(root)) {
      String name = file.getFileName().toString();
      if (!name.contains(".asc") && !name.startsWith("maven-metadata")) {
        found.put(root.relativize(file), file);
      }
    }
    return found;
  }

  private static String text(Element element, String path) {
    Element at = element;
    for (String name : path.split("/", -1)) {
      at = child(at, name);
      if (at == null) {
        return "";
      }
    }
    return at.getTextContent().strip();
  }

  private static Element child(Element element, String name) {
    return children(element).stream()
        .filter(child -> child.getTagName().equals(name))
        .findFirst()
        .orElse(null);
  }

  private static List<Element> children(Element element) {
    List<Element> found = new ArrayList<>();
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child) {
        found.add(child);
      }
    }
    return found;
  }
}
