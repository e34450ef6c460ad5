// PicoMobileNet: tells 10 classes apart.
// Written by micromobilenet 0.1.0. Change the configuration and export again, not this file.
//
// model           pico
// image           96 rows of 96 pixels, grayscale
// parameters      910
// MACs            53808
// weights         3640 bytes of flash
// object          15408 bytes of RAM, 15360 of them maps
// arithmetic      32-bit floating point
// configuration   379f03753497ead4
// trained weights 877afa692d699617
// data            fashion-mnist (6946d1d21e77229d)
// accuracy        0.8060 in validation
//
// PicoMobileNet net;
// net.predict(image);    the class; image holds camera bytes, or floats from 0 to 1,
//                        row by row, the colours of a pixel side by side
// net.output             the class again
// net.proba              its probability
// net.outputs[i]         the probability of class i
// net.labels[i]          the name of class i
#pragma once
#ifndef MICROMOBILENET_PICOMOBILENET_H
#define MICROMOBILENET_PICOMOBILENET_H

#include <math.h>
#include <stdint.h>
#include <string.h>
#if defined(__AVR__)
#include <avr/pgmspace.h>
#elif defined(ESP8266)
#include <pgmspace.h>
#endif

// Where constants take up RAM unless they are marked, they are marked.
#ifndef MICROMOBILENET_FLASH
#if defined(__AVR__) || defined(ESP8266)
#define MICROMOBILENET_FLASH PROGMEM
#else
#define MICROMOBILENET_FLASH
#endif
#endif

namespace PicoMobileNet_detail {

// A template, so that the array may stand in a header that several files include.
template <typename Unused>
struct Labels {
    static const char *const labels[10];
};
template <typename Unused>
const char *const Labels<Unused>::labels[10] = {
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot"
};

static const float stem_weight[27] MICROMOBILENET_FLASH = {
    0.0038398579f, 0.0069629294f, 0.0032193493f, -0.004492414f, -0.0028647385f, -0.0044170097f,
    0.0054684035f, 0.002522717f, 0.0052873516f, -0.00918327f, 0.002795208f, -0.004710386f,
    -0.008041359f, 0.0030489806f, -0.0029768513f, -0.012332446f, 1.2112037e-4f, -0.006796475f,
    0.0063772355f, 0.0039428673f, 0.0036407546f, 0.0017912324f, -6.369227e-4f, 0.0014886757f,
    0.00166811f, -2.6606157e-4f, 0.0013414692f
};

static const float stem_bias[3] MICROMOBILENET_FLASH = {
    -0.33144775f, 3.1725655f, -0.275043f
};

static const float block0_depthwise_weight[27] MICROMOBILENET_FLASH = {
    -0.003807105f, -0.15956949f, 0.39749095f, 0.28941143f, 0.0068940497f, 0.11691025f, 0.24781635f,
    0.15146752f, -0.41549128f, -0.1268492f, -0.07408228f, 0.62367404f, -0.01778915f, 0.12525196f,
    -0.0021051115f, 0.030246096f, 0.4047406f, -0.53056204f, -0.023982378f, -0.09913326f, 0.3759874f,
    0.19868946f, 0.051314753f, 0.102716655f, 0.20505317f, 0.22838378f, -0.36265346f
};

static const float block0_depthwise_bias[3] MICROMOBILENET_FLASH = {
    0.4024691f, -0.73780894f, 1.2565559f
};

static const float block0_pointwise_weight[18] MICROMOBILENET_FLASH = {
    -1.4918857f, -3.896724f, -0.7523659f, 1.0585587f, -0.20086908f, -2.4207258f, -0.5603268f,
    1.3741653f, 1.1378686f, -0.8499844f, 0.2446084f, -0.5423767f, -0.70958173f, 1.1959023f,
    -0.7970288f, 0.9522857f, -0.2549827f, -0.024842428f
};

static const float block0_pointwise_bias[6] MICROMOBILENET_FLASH = {
    6.095779f, 2.8192298f, -1.1965634f, 3.2443798f, 1.8047657f, 0.6510774f
};

static const float block1_depthwise_weight[54] MICROMOBILENET_FLASH = {
    0.21953624f, 0.071825676f, 0.18815777f, -0.1208728f, 0.45411038f, 0.71647954f, 0.4059955f,
    0.049917597f, 0.07770559f, 0.0032860434f, 0.7871753f, 1.0837297f, 0.116331406f, 0.010942564f,
    -0.20475668f, 0.23068294f, 0.60414016f, 0.57971966f, 0.11456745f, 0.25972265f, -0.116639175f,
    -0.37496674f, 0.15838857f, 0.07557026f, 0.13595736f, 0.26113993f, -0.31149742f, -0.077296756f,
    0.3275159f, 0.0025157032f, 0.08097271f, 0.047606517f, -0.29015252f, 0.23880428f, 0.055090573f,
    0.081756756f, -0.4796816f, 0.17409754f, -0.4299132f, -0.46492594f, -0.5882048f, -0.6378234f,
    -0.55047005f, 0.27248958f, -0.33319095f, -0.24508053f, -0.9946572f, -1.0164106f, -0.053255763f,
    0.15198974f, -0.015859779f, 0.061983675f, -0.76222765f, -0.69199693f
};

static const float block1_depthwise_bias[6] MICROMOBILENET_FLASH = {
    -0.015750293f, 0.17674102f, 3.5301912f, 2.144034f, 0.96170187f, 0.80719835f
};

static const float block1_pointwise_weight[72] MICROMOBILENET_FLASH = {
    0.070326224f, -1.1691077f, 0.8728276f, 0.005417545f, 0.07342717f, -0.6930085f, 0.22382282f,
    -0.116752736f, 0.7155111f, -0.13007241f, 1.8967636f, -2.0570703f, 0.42299893f, -0.24072091f,
    0.33125752f, 0.1476009f, -0.7967524f, 0.7970372f, -0.11013323f, -0.059909564f, 0.005218035f,
    0.3004475f, -0.22453041f, 0.108597115f, 0.26938942f, 0.24778761f, 1.0102922f, 0.2834205f,
    0.3148131f, 0.12537906f, -0.3725801f, 0.4680193f, -0.26742685f, 0.6417033f, 2.1712596f,
    -1.5566182f, -0.07113522f, -0.69665325f, -0.39902955f, -1.2079575f, -0.18817408f, -0.270541f,
    0.72477496f, 0.4525088f, -0.73514706f, -0.16568182f, -1.4090331f, 0.40837446f, -0.029874267f,
    -0.27886418f, 0.4017835f, 0.14270079f, 0.9495319f, -0.8346094f, -0.65041536f, -1.2925222f,
    -0.29913795f, -0.12700567f, -0.21197407f, -0.5086939f, -0.10036732f, -0.20490609f, -0.8910312f,
    1.0432156f, 0.18392554f, 0.45804414f, -0.22844625f, -0.58760375f, 0.032957446f, -1.5056233f,
    -1.2495123f, 1.285926f
};

static const float block1_pointwise_bias[12] MICROMOBILENET_FLASH = {
    -1.0972652f, -1.2081937f, -0.5550636f, 2.925269f, -1.5450048f, -1.0227307f, 4.6378517f,
    1.6034852f, -1.8943592f, 3.2136073f, 0.560447f, 3.6642108f
};

static const float block2_depthwise_weight[108] MICROMOBILENET_FLASH = {
    0.9210316f, -0.16040441f, 0.24615633f, 1.103619f, -0.23460566f, -0.19123854f, -0.47227862f,
    0.6029856f, 0.09829892f, 0.34467462f, -0.30326992f, 0.1605643f, 1.0165288f, -0.21544127f,
    0.14825529f, 0.37681034f, -0.21662174f, -0.38212997f, -0.31991574f, 0.6938724f, 0.09485968f,
    0.43721f, -0.16218501f, 0.13569249f, 0.21381885f, -0.21177122f, 0.2093118f, 0.3402558f,
    -0.3244929f, -0.3232249f, -0.21046603f, 0.49760556f, 0.13863112f, 0.14265381f, -0.04785489f,
    0.11862214f, 0.99985856f, -0.21390621f, 0.25272563f, -0.013228909f, 0.3397946f, -0.11442666f,
    0.06718788f, 0.3802663f, 0.43982893f, 0.49959573f, -0.30734646f, 0.3230088f, 1.1249754f,
    -0.2941771f, 0.2911727f, 0.041636158f, 0.031194631f, -0.3273496f, 0.040975578f, 0.44865504f,
    0.72834086f, 0.38324156f, -0.450539f, 0.1546556f, 0.4610651f, -0.3445517f, 0.2547148f,
    -0.6917479f, -0.15964256f, -0.20977663f, 0.35236079f, 0.3660312f, 0.8443814f, -0.08801111f,
    -0.17078424f, 0.02958215f, 0.5734562f, -0.4351137f, 0.21958752f, 0.5259539f, 0.2187765f,
    -0.0064865327f, 0.031698346f, 0.106896564f, 0.6113925f, 0.48981285f, -0.37396926f, 0.22474244f,
    0.9911194f, -0.46906582f, 0.23944773f, -0.48247963f, 0.12945573f, -0.029001752f, 0.4087816f,
    0.15799385f, 0.64775884f, 0.40875614f, -0.4363468f, 0.07807269f, 0.35562605f, -0.15670566f,
    0.22119598f, -0.43451813f, -0.28118238f, -0.017269587f, 0.5018283f, 0.10820823f, 0.62995017f,
    0.2916368f, -0.17213371f, -0.10683057f
};

static const float block2_depthwise_bias[12] MICROMOBILENET_FLASH = {
    0.27153304f, 2.3336148f, 0.07200538f, 1.9874076f, 2.2476814f, 2.888326f, -0.27266335f,
    1.9290239f, 1.1988072f, -0.82962406f, 3.111012f, -0.6568324f
};

static const float block2_pointwise_weight[288] MICROMOBILENET_FLASH = {
    -0.054098036f, -0.16737297f, -0.1775047f, 0.36712405f, -0.22104003f, -0.07515317f, -0.3333649f,
    0.4632049f, 0.019426122f, -0.32604718f, -0.22199394f, -0.31620607f, 0.57616824f, 0.10041266f,
    -0.19873971f, 0.2585315f, -0.17275162f, 0.4704664f, -0.03041959f, -0.17664047f, 0.018342197f,
    -0.0636366f, 0.11760495f, -0.0987883f, -0.22611251f, 0.018285915f, 0.65350735f, -0.7330143f,
    -0.38823333f, -0.2657715f, 0.056172892f, 0.11828703f, 0.33540478f, 0.10717843f, 0.0047293827f,
    -0.52126956f, 0.008144573f, 0.09708718f, -0.16094139f, 0.45180148f, 0.044403266f, 0.13083331f,
    0.31781352f, -0.013961667f, 0.279653f, 0.32040477f, -0.40441468f, -0.11226217f, -0.047884155f,
    -0.41457993f, 0.13447814f, -0.21866828f, 0.18489555f, 0.29517537f, 0.23673195f, -0.0985113f,
    0.018741835f, 0.30717948f, -0.49074924f, -0.068160675f, -0.102330565f, 0.5689285f, -0.27545923f,
    0.17666715f, -0.087082766f, 0.63853157f, -0.32685846f, 0.08026216f, -0.079700716f, -0.4335684f,
    -0.28271103f, 0.09762302f, -0.15421338f, 0.27055663f, -0.29873475f, -0.074002385f, 0.0677716f,
    0.5015956f, 0.2956678f, -0.14240564f, -0.06445069f, -0.40404564f, -0.124119796f, -0.12341981f,
    0.06345608f, 0.12394566f, 0.09343851f, 0.24618486f, 0.096277356f, -0.10521055f, -0.25832593f,
    -5.1083224e-4f, -0.26085892f, -0.01608896f, -0.23166023f, -0.3118562f, 0.17038527f, 0.10225341f,
    0.17997248f, 0.3187301f, -0.025566379f, 0.12009378f, 0.25099584f, 0.039213568f, 0.1753394f,
    -0.07816953f, 0.46519452f, 0.3777226f, 0.22125156f, 0.4057932f, -0.2242159f, -0.5327795f,
    -0.63645977f, 0.0030806197f, -0.09479472f, -0.31528318f, -0.15936516f, 0.14447267f, 0.57538295f,
    0.08239694f, 0.19330017f, -0.092101865f, 0.061923493f, -0.39916414f, 0.48247248f, 0.38904023f,
    -0.10580817f, -0.14504795f, 0.08481352f, -0.04396197f, -0.02603327f, -0.15483364f, -0.10295352f,
    -0.13188903f, 0.148469f, -0.14305426f, -0.37449294f, 0.14781344f, 0.304274f, 0.039274625f,
    -0.17713998f, 0.57477117f, -0.0041317623f, 0.20992656f, -0.11707577f, -0.47849363f,
    -0.118436135f, 0.27672428f, -0.27356556f, -0.25917324f, -0.050317187f, -0.4364036f, 0.6608098f,
    0.19976608f, -0.207612f, -0.3146381f, 0.17208293f, -0.1408246f, 0.5450655f, 0.14255847f,
    0.10898605f, 0.17878325f, 0.048228316f, -0.077306956f, -0.20687595f, -0.29554358f, -0.11547285f,
    0.041371565f, -0.031787936f, -0.21899542f, 0.036005814f, 0.2149323f, -0.33509126f, 0.16585214f,
    -0.4477582f, 0.22100294f, -0.13266197f, -0.24150547f, -0.6234299f, 0.16280513f, -0.39754656f,
    -0.01248914f, -0.4493921f, 0.34959134f, -0.3576276f, 0.23023224f, -0.20583795f, -0.27084613f,
    -0.16283149f, 0.43326518f, 0.12066136f, 0.21261278f, -0.096812755f, -0.048834283f, -0.36071968f,
    0.06803513f, 0.030650347f, 0.10350693f, -0.06659504f, 0.004833962f, 0.41224107f, -0.13929783f,
    -0.17650509f, -0.28226158f, -0.15345533f, -0.20335828f, 0.06721322f, 0.05024892f, -0.45881248f,
    0.02685844f, -0.4756895f, 0.23400776f, -0.29104927f, 0.06715922f, 0.40318418f, 0.44112915f,
    -0.053105112f, -0.7740981f, -0.08606922f, 0.051637568f, -0.11256138f, -0.19624722f, -0.3823951f,
    0.31059876f, 0.08438774f, -0.09442173f, -0.050523117f, 0.09593078f, -0.224445f, -0.047389243f,
    -0.8273365f, 0.3144415f, -0.16509894f, 0.3771206f, 0.036792457f, 0.28393394f, -0.34716088f,
    -0.24749836f, 0.028271625f, 0.035868417f, 0.3739635f, 0.39839354f, -0.39657426f, -0.26570693f,
    -0.24132511f, 0.22413452f, 0.11964685f, -0.41511294f, -0.077779666f, 0.22052503f, 0.30386597f,
    -0.07662144f, -0.008372742f, 0.55318874f, -0.40227002f, 0.6014197f, 0.4232563f, -0.6139918f,
    0.08557451f, -0.07117599f, -0.23879422f, -0.18546085f, 0.049559344f, 0.3240358f, 0.037961155f,
    -0.020537728f, -0.13852571f, 0.29178002f, -0.03639474f, 0.263763f, -0.2766561f, -0.06791008f,
    -0.3999205f, -0.32259253f, 0.08487776f, -0.18361148f, 0.7197456f, -0.18165204f, -0.03979477f,
    -0.10330366f, 0.097855665f, -0.09100485f, 0.09212017f, -0.034505952f, 0.1199037f, -0.2225307f,
    0.35087633f, 0.037715904f
};

static const float block2_pointwise_bias[24] MICROMOBILENET_FLASH = {
    -0.7654126f, -1.9369619f, 0.093699425f, -2.842265f, -0.75971144f, -1.8521844f, -0.7449625f,
    0.08380296f, -4.68295f, 0.2950235f, -1.3381057f, -1.3454227f, -0.3409839f, -1.2541918f,
    -0.39964062f, -0.17466287f, -0.6295344f, -1.4968373f, 0.50038713f, -0.3105102f, -0.7104436f,
    -1.7560036f, 0.82964575f, -1.6062084f
};

static const float head_weight[240] MICROMOBILENET_FLASH = {
    -0.18710153f, 0.6677186f, 0.14211662f, 0.63470936f, -0.48895314f, -0.73210996f, -0.63319457f,
    3.2182576e-4f, -0.3038862f, -1.3782048f, -0.67637676f, -1.0876764f, -0.66774213f, -0.457166f,
    0.14573002f, 0.47469148f, -0.2211606f, 0.42285213f, 0.43305415f, 0.7127175f, -1.2441088f,
    0.17504647f, -0.028928079f, 0.23086944f, 1.336354f, -0.46297562f, -2.671192f, 0.7349574f,
    0.61047477f, 2.1512241f, 0.65876764f, -0.6478348f, -1.9206636f, -0.48347795f, 1.4110345f,
    0.7336127f, -1.4507663f, -2.6179047f, 1.4005425f, 0.117764f, -2.363271f, -0.555107f,
    -1.6429031f, -0.47857562f, 0.07129361f, -0.03491676f, -0.8382317f, 0.94583446f, 0.107371f,
    0.6175049f, -1.417555f, -1.0614069f, 0.44815674f, -0.10118097f, 0.30103594f, -0.5695387f,
    0.16816868f, -0.38223842f, 0.3002117f, 0.674665f, -0.8078287f, 0.37587878f, -0.44681984f,
    -0.97824967f, -0.8076654f, -1.2319926f, 0.42849568f, 0.9638717f, -1.345825f, 0.5029089f,
    0.13022676f, 0.17444153f, 0.1079638f, -0.98682564f, -1.1640087f, 1.1246097f, 0.28589925f,
    -0.8148569f, 0.65065795f, 0.8093399f, -1.238505f, -0.3645064f, 0.17438693f, -0.040245693f,
    -0.7239368f, -1.0249176f, -1.2687445f, -0.65260565f, -1.519635f, 1.5538422f, 0.29434144f,
    -0.37750876f, -0.10435191f, 0.68389314f, -0.37710038f, 0.44245675f, -0.8786536f, 0.16325924f,
    -0.86243564f, -0.7825711f, 1.2168341f, 0.2646016f, 1.1895921f, 0.39060712f, 0.13470711f,
    -0.34275746f, 0.6248894f, 0.86522883f, -0.5794075f, 0.3872241f, -0.06727819f, -1.4137906f,
    -1.0030079f, -0.024724321f, 0.47361708f, -0.5046673f, -0.6977209f, 0.53592324f, 0.7527252f,
    -1.4731055f, 1.1670802f, -0.87972295f, 1.2146059f, -0.5035907f, -0.7441314f, 0.8032455f,
    -0.94550174f, -1.6576176f, 0.051601276f, 1.1752086f, 0.32568145f, -0.5156859f, 0.748306f,
    -1.0484401f, 0.35815695f, 0.7110563f, 0.084193766f, -0.34558594f, 0.91160643f, -0.8302667f,
    1.0920894f, -1.7360888f, -2.7287266f, -0.31284323f, -0.41955885f, 0.4028287f, 0.119613096f,
    -0.47636747f, 0.0445264f, 0.022928612f, 0.3545855f, -0.059535567f, -0.44743854f, -0.8813547f,
    -0.5282089f, -0.26868668f, -0.86432385f, -0.4119732f, -0.38658205f, -0.6779422f, -0.22461951f,
    -0.121383496f, 0.16528039f, 0.6506174f, -1.2132576f, 0.5938748f, 0.6425665f, -0.29185176f,
    -0.8443422f, -1.3564715f, 0.7709082f, 0.25117487f, -0.17725708f, -0.57358277f, 0.13033052f,
    -0.6780427f, 1.1889255f, 0.52666354f, -0.8082048f, -1.0150807f, 0.6844415f, 1.0915093f,
    -0.59672225f, 0.9792049f, 0.59730095f, 0.18800172f, -1.0937982f, -0.78515077f, 0.84191495f,
    -1.7618644f, -2.0250902f, -0.404116f, 0.772888f, 0.15057957f, -0.4923952f, -0.57615757f,
    -1.1555085f, -0.8280559f, -0.49021107f, 0.90856665f, -0.84532696f, 1.0927093f, -1.8005509f,
    1.6874967f, -0.69380295f, 0.50958633f, -0.5057742f, -0.97854173f, 0.7213689f, -0.6240528f,
    0.67844987f, 0.26789236f, -0.45288187f, -1.6850555f, 0.10721319f, 1.0415249f, -0.89744335f,
    -1.4707083f, 0.8017045f, -0.3603315f, -0.7406816f, 0.15046905f, -1.0565871f, 0.45744178f,
    -0.256693f, -0.0684401f, 0.63711834f, 0.44170466f, 1.1259032f, 0.41496488f, 1.5841259f,
    1.5963024f, 0.2965384f, -0.6797093f, -1.6459234f, -1.2811152f, 0.6528821f, -1.3256389f,
    0.7133655f, 0.5925807f
};

static const float head_bias[10] MICROMOBILENET_FLASH = {
    0.106614865f, -0.4220279f, 0.8636118f, -0.6546636f, -0.2858921f, 0.6971676f, 1.6364958f,
    -0.37981996f, 0.81464034f, -3.3626072f
};

// A weight.
static inline float flash(const float *at) {
#if defined(__AVR__) || defined(ESP8266)
    return pgm_read_float(at);
#else
    return *at;
#endif
}

// Images as camera bytes: in RAM, in RAM from 0 to 1, and in flash.
struct Bytes {
    const uint8_t *image;
    float at(size_t i) const {
        return static_cast<float>(image[i]);
    }
};
struct Fractions {
    const float *image;
    float at(size_t i) const {
        return image[i] * 255.0f;
    }
};
struct FlashBytes {
    const uint8_t *image;
    float at(size_t i) const {
#if defined(__AVR__) || defined(ESP8266)
        return static_cast<float>(pgm_read_byte(image + i));
#else
        return static_cast<float>(image[i]);
#endif
    }
};

static inline float relu6(float x) {
    return x < 0.0f ? 0.0f : (x > 6.0f ? 6.0f : x);
}

// stem: convolution 3x3, stride 3, padding 0, 96x96x1 -> 32x32x3
template <typename Pixels>
static inline void stem(const Pixels &pixels, float *out) {
    for (size_t y = 0; y < 32; y++) {
        for (size_t x = 0; x < 32; x++) {
            for (size_t o = 0; o < 3; o++) {
                float sum = flash(stem_bias + o);
                for (size_t ky = 0; ky < 3; ky++) {
                    const float *w = stem_weight + (o * 3 + ky) * 3;
                    const size_t at = (y * 3 + ky) * 96 + x * 3;
                    for (size_t i = 0; i < 3; i++) {
                        sum += flash(w + i) * pixels.at(at + i);
                    }
                }
                *out++ = sum;
            }
        }
    }
}

// block0.depthwise: depthwise convolution 3x3, stride 2, padding 1, 32x32x3 -> 16x16x3
static inline void block0_depthwise(const float *in, float *out) {
    for (size_t y = 0; y < 16; y++) {
        const size_t top = y * 2 < 1 ? 1 - y * 2 : 0;
        const size_t bottom = y * 2 + 3 > 33 ? 33 - y * 2 : 3;
        for (size_t x = 0; x < 16; x++) {
            const size_t left = x * 2 < 1 ? 1 - x * 2 : 0;
            const size_t right = x * 2 + 3 > 33 ? 33 - x * 2 : 3;
            for (size_t c = 0; c < 3; c++) {
                float sum = flash(block0_depthwise_bias + c);
                for (size_t ky = top; ky < bottom; ky++) {
                    const float *w = block0_depthwise_weight + (ky * 3 + left) * 3 + c;
                    const float *row = in + ((y * 2 + ky - 1) * 32 + x * 2 + left - 1) * 3 + c;
                    for (size_t i = 0; i < right - left; i++) {
                        sum += flash(w + i * 3) * row[i * 3];
                    }
                }
                *out++ = relu6(sum);
            }
        }
    }
}

// block0.pointwise: pointwise convolution, stride 1, 16x16x3 -> 16x16x6
static inline void block0_pointwise(const float *in, float *out) {
    for (size_t p = 0; p < 256; p++, in += 3) {
        for (size_t o = 0; o < 6; o++) {
            const float *w = block0_pointwise_weight + o * 3;
            float sum = flash(block0_pointwise_bias + o);
            for (size_t i = 0; i < 3; i++) {
                sum += flash(w + i) * in[i];
            }
            *out++ = relu6(sum);
        }
    }
}

// block1.depthwise: depthwise convolution 3x3, stride 2, padding 1, 16x16x6 -> 8x8x6
static inline void block1_depthwise(const float *in, float *out) {
    for (size_t y = 0; y < 8; y++) {
        const size_t top = y * 2 < 1 ? 1 - y * 2 : 0;
        const size_t bottom = y * 2 + 3 > 17 ? 17 - y * 2 : 3;
        for (size_t x = 0; x < 8; x++) {
            const size_t left = x * 2 < 1 ? 1 - x * 2 : 0;
            const size_t right = x * 2 + 3 > 17 ? 17 - x * 2 : 3;
            for (size_t c = 0; c < 6; c++) {
                float sum = flash(block1_depthwise_bias + c);
                for (size_t ky = top; ky < bottom; ky++) {
                    const float *w = block1_depthwise_weight + (ky * 3 + left) * 6 + c;
                    const float *row = in + ((y * 2 + ky - 1) * 16 + x * 2 + left - 1) * 6 + c;
                    for (size_t i = 0; i < right - left; i++) {
                        sum += flash(w + i * 6) * row[i * 6];
                    }
                }
                *out++ = relu6(sum);
            }
        }
    }
}

// block1.pointwise: pointwise convolution, stride 1, 8x8x6 -> 8x8x12
static inline void block1_pointwise(const float *in, float *out) {
    for (size_t p = 0; p < 64; p++, in += 6) {
        for (size_t o = 0; o < 12; o++) {
            const float *w = block1_pointwise_weight + o * 6;
            float sum = flash(block1_pointwise_bias + o);
            for (size_t i = 0; i < 6; i++) {
                sum += flash(w + i) * in[i];
            }
            *out++ = relu6(sum);
        }
    }
}

// block2.depthwise: depthwise convolution 3x3, stride 2, padding 1, 8x8x12 -> 4x4x12
static inline void block2_depthwise(const float *in, float *out) {
    for (size_t y = 0; y < 4; y++) {
        const size_t top = y * 2 < 1 ? 1 - y * 2 : 0;
        const size_t bottom = y * 2 + 3 > 9 ? 9 - y * 2 : 3;
        for (size_t x = 0; x < 4; x++) {
            const size_t left = x * 2 < 1 ? 1 - x * 2 : 0;
            const size_t right = x * 2 + 3 > 9 ? 9 - x * 2 : 3;
            for (size_t c = 0; c < 12; c++) {
                float sum = flash(block2_depthwise_bias + c);
                for (size_t ky = top; ky < bottom; ky++) {
                    const float *w = block2_depthwise_weight + (ky * 3 + left) * 12 + c;
                    const float *row = in + ((y * 2 + ky - 1) * 8 + x * 2 + left - 1) * 12 + c;
                    for (size_t i = 0; i < right - left; i++) {
                        sum += flash(w + i * 12) * row[i * 12];
                    }
                }
                *out++ = relu6(sum);
            }
        }
    }
}

// block2.pointwise: pointwise convolution, stride 1, 4x4x12 -> 4x4x24
static inline void block2_pointwise(const float *in, float *out) {
    for (size_t p = 0; p < 16; p++, in += 12) {
        for (size_t o = 0; o < 24; o++) {
            const float *w = block2_pointwise_weight + o * 12;
            float sum = flash(block2_pointwise_bias + o);
            for (size_t i = 0; i < 12; i++) {
                sum += flash(w + i) * in[i];
            }
            *out++ = relu6(sum);
        }
    }
}

// pool: the largest value of each channel, 4x4x24 -> 1x1x24
static inline void pool(const float *in, float *out) {
    for (size_t c = 0; c < 24; c++) {
        float result = in[c];
        for (size_t p = 1; p < 16; p++) {
            const float value = in[p * 24 + c];
            result = value > result ? value : result;
        }
        out[c] = result;
    }
}

// head: fully connected, 1x1x24 -> 1x1x10
static inline void head(const float *in, float *out) {
    for (size_t o = 0; o < 10; o++) {
        const float *w = head_weight + o * 24;
        float sum = flash(head_bias + o);
        for (size_t i = 0; i < 24; i++) {
            sum += flash(w + i) * in[i];
        }
        out[o] = sum;
    }
}

}  // namespace PicoMobileNet_detail

class PicoMobileNet : public PicoMobileNet_detail::Labels<void> {
public:
    enum : uint32_t {
        width = 96,
        height = 96,
        channels = 1,
        classes = 10,
        numInputs = 9216,
        numOutputs = 10,
    };

    float outputs[10];
    float proba;
    uint32_t output;

    PicoMobileNet() : outputs(), proba(0.0f), output(0) {}

    // Camera bytes.
    uint32_t predict(const uint8_t *image) {
        const PicoMobileNet_detail::Bytes pixels = {image};
        return run(pixels);
    }

    // Camera bytes divided by 255.
    uint32_t predict(const float *image) {
        const PicoMobileNet_detail::Fractions pixels = {image};
        return run(pixels);
    }

    // Camera bytes in flash (PROGMEM on AVR; the same as above elsewhere).
    uint32_t predict_P(const uint8_t *image) {
        const PicoMobileNet_detail::FlashBytes pixels = {image};
        return run(pixels);
    }

private:
    float arena_[3840];

    template <typename Pixels>
    uint32_t run(const Pixels &pixels) {
        PicoMobileNet_detail::stem(pixels, arena_);
        return finish();
    }

    uint32_t finish() {
        PicoMobileNet_detail::block0_depthwise(arena_, arena_ + 3072);
        PicoMobileNet_detail::block0_pointwise(arena_ + 3072, arena_);
        PicoMobileNet_detail::block1_depthwise(arena_, arena_ + 1536);
        PicoMobileNet_detail::block1_pointwise(arena_ + 1536, arena_);
        PicoMobileNet_detail::block2_depthwise(arena_, arena_ + 768);
        PicoMobileNet_detail::block2_pointwise(arena_ + 768, arena_);
        PicoMobileNet_detail::pool(arena_, arena_);
        PicoMobileNet_detail::head(arena_, outputs);
        output = 0;
        for (uint32_t i = 1; i < 10; i++) {
            if (outputs[i] > outputs[output]) {
                output = i;
            }
        }
        const float largest = outputs[output];
        float sum = 0.0f;
        for (uint32_t i = 0; i < 10; i++) {
            outputs[i] = expf(outputs[i] - largest);
            sum += outputs[i];
        }
        for (uint32_t i = 0; i < 10; i++) {
            outputs[i] /= sum;
        }
        proba = outputs[output];
        return output;
    }
};

static_assert(sizeof(PicoMobileNet) == 15408, "its size is not the one that was planned");

#endif
