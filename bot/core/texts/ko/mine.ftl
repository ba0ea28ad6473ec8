# What is kept about a person: told, handed over, forgotten.
ask-forget = 정말 잊을까요? 얼굴, 그림, 대화, 동의, 고르신 것까지 이 플랫폼의 모든 대화방에서 바로 지워지고, 되돌릴 수 없어요.
my-data = { $pictures ->
    [0] 보관된 내 정보를 파일 하나에 모두 담았어요. 숫자로 된 얼굴 { $faces }개가 들어 있어요.
   *[other] 보관된 내 정보를 파일 하나에 모두 담았어요. 그림 { $pictures }장과 숫자로 된 얼굴 { $faces }개가 들어 있어요.
}
my-data-private = 이 파일에는 모든 대화방에서 만든 그림이 들어 있고, 여기서는 모두가 받게 돼요. 저와의 개인 대화방에서 /mydata를 보내 주세요.
alt-my-data = 보관된 내 정보를 모두 담은 zip 파일.
button-forget-sure = 네, 잊어 주세요
button-keep = 아니요, 그대로 둘게요
button-my-data = 내 정보 받기
