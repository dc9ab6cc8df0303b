/** Words of a pet's name: lower-case ASCII, so that they fit into any name. */

export const adverbs: readonly string[] = words(`
  slowly quickly rarely often always nearly almost hardly quietly loudly softly gently calmly bravely boldly kindly
  warmly coolly neatly tidily wisely cleverly smartly happily merrily gladly eagerly keenly truly really surely
  simply plainly purely finely firmly safely soundly evenly fairly justly rightly freely openly widely deeply highly
  lightly brightly clearly sharply smoothly steadily readily promptly early lately newly freshly suddenly secretly
  playfully gracefully patiently politely proudly humbly honestly loyally
`);

export const adjectives: readonly string[] = words(`
  red orange yellow green blue indigo violet purple pink brown white grey silver golden copper amber scarlet crimson
  turquoise teal ivory ebony olive coral lilac sunny cloudy rainy windy stormy snowy frosty misty foggy breezy dewy
  icy mild warm cool hot cold bright shady dusky starry moonlit solar lunar polar alpine coastal tropical northern
  southern eastern western rural urban wild tame free brave bold calm clever wise witty bright keen quick swift
  nimble agile slow patient gentle tender kind fair honest loyal faithful trusty merry jolly happy glad cheerful
  joyful playful funny curious shy quiet silent noisy loud sleepy drowsy dreamy lively busy lazy hungry thirsty
  mighty strong sturdy tough hardy robust lean slim slender tall tiny little small big large great giant round
  square curly fluffy furry fuzzy woolly silky velvet smooth rough spotted striped dotted speckled plain fancy neat
  tidy shiny glossy polished rustic antique modern novel fresh young ancient early late sweet sour salty spicy minty
  crisp crunchy ripe wooden marble crystal paper cotton humble modest proud noble royal famous lucky daring
`);

export const animals: readonly string[] = words(`
  dog cat horse pony donkey mule cow bull calf ox sheep ram lamb goat kid pig hamster rabbit hare mouse rat gerbil
  squirrel chipmunk beaver marmot porcupine hedgehog mole shrew bat fox wolf coyote jackal dingo hyena bear panda
  raccoon badger otter weasel stoat ferret mink marten skunk lynx bobcat cougar puma ocelot leopard jaguar tiger
  lion cheetah elephant rhino hippo giraffe zebra camel llama alpaca deer elk moose reindeer antelope gazelle impala
  bison buffalo yak boar tapir sloth anteater armadillo kangaroo wallaby koala wombat possum platypus monkey baboon
  lemur gibbon gorilla seal walrus dolphin porpoise whale orca manatee sparrow finch robin wren swallow swift lark
  thrush starling blackbird crow raven rook magpie jay cuckoo dove pigeon parrot budgie cockatoo toucan woodpecker
  kingfisher hummingbird owl hawk kestrel falcon buzzard kite eagle condor stork heron crane ibis flamingo pelican
  gull tern puffin penguin duck goose swan turkey pheasant quail partridge peacock ostrich emu kiwi lizard gecko
  iguana chameleon turtle tortoise crocodile cobra python viper frog toad newt salamander salmon trout carp pike
  perch herring tuna cod eel seahorse ray squid octopus crab lobster shrimp oyster snail bee wasp ant beetle ladybird
  cricket butterfly moth dragonfly firefly spider
`);

function words(list: string): string[] {
  return [...new Set(list.trim().split(/\s+/))];
}
