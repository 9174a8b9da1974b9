package dev.dogvision.data;

/**
 * One photograph that is in two parts of a split, whatever it is called there: what is measured on
 * the one part flatters what learnt from the other.
 *
 * @param part the part that comes later: {@code validation} or {@code test}
 * @param id the photograph's id there
 * @param otherPart the part that comes earlier: {@code train} or {@code validation}
 * @param otherId the photograph's id there
 */
public record Leak(String part, String id, String otherPart, String otherId) {

  @Override
  public String toString() {
    return id.equals(otherId)
        ? id + " of " + part + " is in " + otherPart
        : id + " of " + part + " is " + otherId + " of " + otherPart;
  }
}
