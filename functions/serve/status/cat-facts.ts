/** True things about cats. A page shows one of them, and another one the next time. */
import { randomInt } from 'node:crypto';

export const CAT_FACTS: readonly string[] = [
  'Cats cannot taste sweetness: a gene for that receptor is broken in all of them, from tabby to tiger.',
  'A cat’s whiskers are about as wide as its body: they tell it which gaps it fits through.',
  'Kittens are born with their eyes shut. They open after one to two weeks.',
  'The eyes of kittens are blue at first; their lasting colour comes within some months.',
  'A group of cats is called a clowder.',
  'Adult cats seldom meow at each other. They meow at people.',
  'Cats sleep for about half of the day, and many for more.',
  'About four ginger cats in five are male: the gene lies on the X chromosome.',
  'Nearly all tortoiseshell cats are female: it takes two X chromosomes to be both ginger and black.',
  'A cat can turn each of its ears by about half a circle, with some thirty muscles.',
  'Cats hear far higher notes than people do, up to 64 kHz and beyond.',
  'Most cats have five toes on each front paw, and four on each hind paw.',
  'Cats with more toes than that are called polydactyl. Many live in Ernest Hemingway’s house in Key West.',
  'A cat sweats through its paws.',
  'Cats walk like camels and giraffes: both legs of one side, then both of the other.',
  'A cat lands on its feet because its spine is so supple that it can twist in the air.',
  'A cat’s collarbones are joined to no other bone: where its head fits through, the rest mostly follows.',
  'The oldest known cat, Creme Puff of Austin, Texas, lived for 38 years.',
  'Félicette, a cat from Paris, went to space in 1963 and came back alive.',
  'A cat was buried beside a person in Cyprus about 9,500 years ago.',
  'House cats descend from the African wildcat of the Near East.',
  'Cats see well in a sixth of the light that people need.',
  'What shines in a cat’s eyes at night is a mirror behind the retina, the tapetum lucidum.',
  'A cat has a third eyelid, which you see best when it is sleepy or unwell.',
  'Not all cats can roar: house cats, cheetahs and pumas purr instead.',
  'Cats purr when they are content, and also when they are hurt or afraid.',
  'About one cat in three does not care for catnip. Whether it does is inherited.',
  'A house cat can run at up to 48 km/h, for a short while.',
  'Cats can jump to about five or six times their own height.',
  'Siamese cats are darker where their bodies are cooler: the enzyme for the pigment works only in the cold.',
  'Most white cats with two blue eyes are deaf.',
  'Cats cannot do without taurine, which they find in meat. They are strict carnivores.',
  'A cat’s tongue is rough with hollow spines, which carry saliva deep into the fur.',
  'Cats lap water with the tip of the tongue: it draws up a column and they bite it off, four times a second.',
  'A litter of kittens can have several fathers.',
  'A cat’s heart beats about twice as fast as a person’s.',
  'Isaac Newton is often said to have invented the cat flap. There is no good evidence that he did.',
  'Stubbs, a cat, was honorary mayor of Talkeetna, Alaska, for twenty years.',
  'A cat rubs its cheeks on things to leave its scent, and on people to say that they are its own.',
  'A slow blink is how cats say that they are at ease. Try it on one.',
  'The first cloned cat, CC, was born in 2001. She did not have the coat of the cat that she was cloned from.',
];

/** Answers one after the other, never one twice in a row. @param pick a whole number from 0 up to, but not including, `below`. */
export function createCatFacts(pick: (below: number) => number = randomInt): () => string {
  let last = -1;
  return () => {
    const step = last < 0 ? pick(CAT_FACTS.length) : last + 1 + pick(CAT_FACTS.length - 1);
    last = step % CAT_FACTS.length;
    return CAT_FACTS[last] ?? '';
  };
}
