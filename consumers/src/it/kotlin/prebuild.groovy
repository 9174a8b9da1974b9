// Makes a program of the blocks of docs/kotlin.md, and draws the photograph that it asks for.
import java.awt.image.BufferedImage
import javax.imageio.ImageIO

def blocks = (new File(documents, "kotlin.md").getText("UTF-8") =~ /(?s)```kotlin\n(.*?)```/).collect { it[1] }
assert blocks.size() == 2

def program = ["package com.example", ""]
["data.*", "model.*", "predict.*", "train.*"].each { program << "import dev.dogvision." + it }
program << "import java.nio.file.Path"
blocks.eachWithIndex { block, i -> program << "\nfun program" + (i + 1) + "() {\n" + block + "}" }
program << "\nfun main() = program1()\n"

def source = new File(basedir, "src/main/kotlin/com/example/Programs.kt")
source.parentFile.mkdirs()
source.setText(program.join("\n"), "UTF-8")
ImageIO.write(new BufferedImage(80, 60, BufferedImage.TYPE_INT_RGB), "jpg", new File(basedir, "teo.jpg"))
