complete -c micromobilenet -l predict -d 'Classify images, of a folder all in it' -r -F
complete -c micromobilenet -l watch -d 'Classify images as they appear in a folder, until Ctrl-C; those already there are left alone' -r -F
complete -c micromobilenet -l report -d 'Compare runs: a table and their curves in one picture' -r -F
complete -c micromobilenet -l config -d 'Configuration file (./NAME, where it is called like a preset), or the name of a preset: pico, nano, micro, milli, mobilenet, squeeze, meadow, fashion_small, fashion' -r -F
complete -c micromobilenet -l data -d 'Images: a folder with one sub-folder per class, IDX, CIFAR or npz files, or a bundled name' -r
complete -c micromobilenet -l set -d 'Override a key of the configuration, like train.epochs=5 or blocks.2.filters=8 (repeatable)' -r
complete -c micromobilenet -l board -d 'With --estimate: does it fit this board? Exit code 1 if not. With --export: no more sample images than its flash holds. As --set target.board=ID' -r
complete -c micromobilenet -l run -d 'Run folder to write, or to take configuration and weights from' -r -F
complete -c micromobilenet -l distill -d 'Learn from the network of this run as well as from the labels' -r -F
complete -c micromobilenet -l weights -d 'Take weights from this file, by the names of the parameters' -r -F
complete -c micromobilenet -l output -d 'Where --export (ArduinoCode) and --report (runs/report) write' -r -F
complete -c micromobilenet -l epochs -d 'Epochs to train, as --set train.epochs=N; auto: as many as see train.images_seen images' -r
complete -c micromobilenet -l seed -d 'Training seed, as --set train.seed=N' -r
complete -c micromobilenet -l seeds -d 'With --train: train N times (2 to 100), with this seed and those after it, each in a run folder of its own (--run DIR: in DIR-seed0, DIR-seed1, …); says mean and deviation of what they reach' -r
complete -c micromobilenet -l threads -d 'Threads to work with [default: as many as the machine has cores]' -r
complete -c micromobilenet -l max-temp -d 'Training waits from this temperature of the processor on, in °C, until it is 5 °C cooler' -r
complete -c micromobilenet -l split -d 'Images to evaluate on: validation, test, train, or all that have a label, for instance of another folder, which may have fewer classes: --data DIR --split all' -r -f -a "validation\t'The images held out while training'
test\t'The images that the source sets apart for the end'
train\t'The images to learn from'
all\t'All labelled images, whatever part they are in; a source of fewer classes serves too'"
complete -c micromobilenet -l precision -d 'Arithmetic to evaluate, export and predict in, as --set export.precision=…' -r
complete -c micromobilenet -l max-accuracy-drop -d 'Exit with 1, and export nothing, where int8 loses more accuracy than this, like 0.005' -r
complete -c micromobilenet -l estimate -d 'Show what every layer costs, and which boards the network fits'
complete -c micromobilenet -l train -d 'Train, with progress; writes a run folder below runs/'
complete -c micromobilenet -l evaluate -d 'Accuracy per class, confusion matrix, worst mistakes'
complete -c micromobilenet -l export -d 'Write a C++ header, a sketch and sample images'
complete -c micromobilenet -l resume -d 'Go on with a training that was interrupted (the latest run, or --run DIR)'
complete -c micromobilenet -l test -d 'Try the whole path: one epoch on few images'
complete -c micromobilenet -l no-check -d 'Export without trying the header first. Otherwise, with a C++ compiler on the path, it is compiled and run on the samples and on test images; where it answers something else than the executor does, the exit code is 1 and nothing is written'
complete -c micromobilenet -l json -d 'Machine-readable lines on stdout, and nothing else there'
complete -c micromobilenet -l no-tui -d 'Never start the screen'
complete -c micromobilenet -s v -l verbose -d 'Say more; with --train, afterwards, where its time went'
complete -c micromobilenet -s h -l help -d 'Print this help'
complete -c micromobilenet -s V -l version -d 'Print the version'
