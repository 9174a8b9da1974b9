/** Makes the documents' site. */
@NullMarked
package dev.dogvision.site;

import org.jspecify.annotations.NullMarked;
