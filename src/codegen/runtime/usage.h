// net.predict(image);    the class; image holds camera bytes, or floats from 0 to 1,
//                        row by row, the colours of a pixel side by side
// net.push(row);         or row by row: after the last one,
// net.finish();          the class; the next row starts another image
// net.begin();           gives an image up that was not finished
// net.nextRow();         where the next row may be written instead,
// net.commitRow();       which is then called
// net.output             the class again
// net.proba              its probability
// net.sure()             whether that is high enough for the answer to be relied on
// net.outputs[i]         the probability of class i, until the next image begins
// net.labels[i]          the name of class i
// With MICROMOBILENET_CALLER_ARENA defined, rows and maps are kept in memory of yours:
// @Class@ net(arena);    arena holds @Class@::arenaBytes and may begin anywhere
